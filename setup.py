"""What pyproject.toml cannot say of the wheel: which packages there are, and that files from beside them go inside one.

The wheel has a folder for each app beside others' in `site-packages`, as Django knows apps by these names: it is meant
for a virtual environment of its own.
"""

from __future__ import annotations

from setuptools import find_packages, setup

# What is for whoever changes the product, or asks a server from outside.
ASIDE = ("tests", "bench", "scripts", "conformance")
# Here they lie beside the packages; oxaas/places.py knows both.
FILES = {name: name for name in ("templates", "static", "locale", "contract", "deploy")} | {"handbook": "docs/handbook"}

setup(
    packages=[*find_packages(exclude=[*ASIDE, *(f"{name}.*" for name in ASIDE)]), *(f"oxaas.{name}" for name in FILES)],
    package_dir={f"oxaas.{name}": folder for name, folder in FILES.items()},
    package_data={f"oxaas.{name}": ["**/*"] for name in FILES},
)
