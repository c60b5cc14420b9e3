"""What runs the graph."""
