"""The canonical models, the payload formats, and the decoder from one to the other. Imports nothing of ours."""
