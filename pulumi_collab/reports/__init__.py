"""What is told about access: one model of a report, and a pure renderer for each kind of output."""
