#!/bin/sh
# Builds the sdist, from it the wheel, installs that into an empty environment and starts it there.
# Usage: check-package.sh PYTHON (one that has `build`)
set -eu

python=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m build --outdir "$folder/dist" . >/dev/null
"$python" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet "$folder"/dist/*.whl
cd "$folder"
venv/bin/hookflash --version
for file in web/pages/index.html py.typed; do
    venv/bin/python -c "from importlib.resources import files
assert files('hookflash_server').joinpath('$file').is_file(), '$file is not in the wheel'"
done
