"""What pyproject.toml cannot say of the wheel: which packages there are, and that files from beside them go inside one.

The wheel has a folder for each app beside others' in `site-packages`, as Django knows apps by these names: it is meant
for a virtual environment of its own.
"""

from __future__ import annotations

from setuptools import find_packages, setup

APPS = (
    "core",
    "changelog",
    "bulk",
    "accounts",
    "forwards",
    "domains",
    "mailstats",
    "web",
    "demo",
    "importers",
    "apiv2",
    "oxaas",
)
# Here they lie beside the packages; oxaas/places.py knows both.
FILES = ("templates", "static", "locale", "contract", "deploy")

setup(
    packages=[*find_packages(include=[*APPS, *(f"{app}.*" for app in APPS)]), *(f"oxaas.{name}" for name in FILES)],
    package_dir={f"oxaas.{name}": name for name in FILES},
    package_data={f"oxaas.{name}": ["**/*"] for name in FILES},
)
