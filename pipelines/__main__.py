"""`python -m pipelines` is `onesource`."""

from pipelines.cli import main

main()
