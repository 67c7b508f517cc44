"""The reference pages of docs/, made from the code and the catalogue: `python -m docs.generate`."""
