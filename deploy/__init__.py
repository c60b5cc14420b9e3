"""What runs Echolot and the services it needs."""
