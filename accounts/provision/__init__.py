"""A declared world: read from a file, made so through the services, and written to one. See docs/provision.md."""

from accounts.provision import labels, owners, users
from accounts.provision.reading import read
from accounts.provision.run import ProvisionError, export, provision
from accounts.provision.writing import write, written

__all__ = ["SECTIONS", "ProvisionError", "export", "provision", "read", "write", "written"]

SECTIONS = [*owners.SECTIONS, *labels.SECTIONS, *users.SECTIONS]
