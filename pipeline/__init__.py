"""The graph, its sources, engines and commands."""
