"""What may be done about a collaboration, a service and a person in it, and why not: decided here, and nowhere else."""
