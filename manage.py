#!/usr/bin/env python
"""Django's command line for this project; installed from a wheel it is called `oxaas`."""

from oxaas.command_line import main

if __name__ == "__main__":
    main()
