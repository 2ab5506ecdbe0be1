"""Voices to words: by a server of the operator's choice, by a model on this machine, or not at all."""
