"""oxaas-cli: the command line of a remote installation."""
