"""`python -m oxaas_client.cli`."""

import sys

from oxaas_client.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
