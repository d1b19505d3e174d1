"""Everybody's access on every platform, from one table: a line is a person on a project.

Needs PyYAML besides pulumi-collab. On the emulator: `pulumi-collab emulate --seed seed.json`.
"""

from pathlib import Path

import pulumi
import yaml

from pulumi_collab import ProjectCollaborator

table = yaml.safe_load(Path(__file__).with_name("access.yaml").read_text(encoding="utf-8"))

for line in table:
    ProjectCollaborator(f"{line['platform']}-{line['project']}-{line['user']}", **line)

pulumi.export("people", len({line["user"] for line in table}))
