package kerneltest

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Traces says in which files below a directory words stand, as file: word.
func Traces(t testing.TB, dir string, words ...string) (places []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // a file that went away meanwhile holds nothing
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil //nolint:nilerr // as above
		}
		for _, w := range words {
			if bytes.Contains(data, []byte(w)) {
				places = append(places, strings.TrimPrefix(path, dir)+": "+w)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return places
}
