// Never loaded: MAN-01 looks at the manifest.json beside it.
