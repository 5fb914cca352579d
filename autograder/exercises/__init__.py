"""One module a chapter, named like its folder: the challenges and probes of its exercises."""
