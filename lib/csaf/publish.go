package csaf

import (
	"fmt"
	"strings"
)

// FileName is what the file of a document is called by its tracking ID (CSAF 2.0, 5.1).
func FileName(id string) string {
	var b strings.Builder
	gap := false
	for _, c := range strings.ToLower(id) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '-' {
			b.WriteRune(c)
			gap = false
			continue
		}
		if !gap {
			b.WriteByte('_')
		}
		gap = true
	}
	return b.String() + ".json"
}

// BaseScore is the base score and severity that a CVSS vector of version 3.0 or 3.1 has.
func BaseScore(text string) (version string, score float64, level string, err error) {
	version = "3.1"
	if strings.HasPrefix(text, "CVSS:3.0/") {
		version = "3.0"
	}
	v, err := parseVector("cvss_v3", version, text)
	if err != nil {
		return "", 0, "", fmt.Errorf("read the vector: %w", err)
	}
	return version, v.base, severity(v.base), nil
}
