"""The town's rules and wordings, which a clerk maintains, and the Town value that holds them."""
