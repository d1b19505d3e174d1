"""`python -m pulumi_collab` is the `pulumi-collab` command."""

from pulumi_collab.cli import main

main()
