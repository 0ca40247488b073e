// Package web holds the built user interface inside the binary.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files returns the built pages; before `make web` there are none.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return dist
	}
	return files
}
