"""The weekly report put into words and pictures for one reader."""
