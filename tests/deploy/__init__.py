"""What users deploy, checked as far as a machine without a container engine can."""
