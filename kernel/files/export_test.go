package files

import (
	"bytes"
	"testing"
)

// Examine lets tests examine content without a house.
func Examine(t testing.TB, content []byte, name, media string) (string, error) {
	t.Helper()
	k, err := examine(t.Context(), bytes.NewReader(content), int64(len(content)), name, media)
	if k == nil {
		return "", err
	}
	return k.name, err
}
