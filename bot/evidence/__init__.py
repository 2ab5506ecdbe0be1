"""Photos and voices: what they are, made fit to be shown, kept on a shelf."""
