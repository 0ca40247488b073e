package codeid

import (
	"net/url"
	"strings"
)

// maxHandle is how many octets a handle may have.
const maxHandle = 2048

// recogniseHandle recognises handles. The canonical form has the letters of the
// prefix raised; those of the suffix count at some services.
func recogniseHandle(text string) []Candidate {
	for _, scheme := range []string{"hdl:", "doi:", "info:hdl/", "info:doi/"} {
		if handle, ok := cutScheme(text, scheme); ok {
			return handleCandidate(handle, FormURI, ByScheme, true)
		}
	}
	if handle, ok := fromProxy(text); ok {
		return handleCandidate(handle, FormAddress, ByAddress, true)
	}
	prefix, _, ok := strings.Cut(text, "/")
	switch {
	case !isUsualPrefix(prefix):
		return nil
	case ok:
		return handleCandidate(text, FormPlain, ByPrefix, false)
	case strings.ContainsRune(prefix, '.'):
		return []Candidate{{Handle, FormPrefix, "0.NA/" + fold(prefix), ByPrefix, false}}
	default:
		return nil
	}
}

func handleCandidate(handle string, form Form, reason Reason, sure bool) []Candidate {
	prefix, suffix, ok := strings.Cut(handle, "/")
	if !ok || prefix == "" || suffix == "" || len(handle) > maxHandle || !isPrinted(handle) ||
		strings.HasPrefix(prefix, ".") || strings.HasSuffix(prefix, ".") || strings.Contains(prefix, "..") {
		return nil
	}
	return []Candidate{{Handle, form, fold(prefix) + "/" + suffix, reason, sure}}
}

// isUsualPrefix tells whether a text is as prefixes that are in use: a number,
// then numbers and words after dots.
func isUsualPrefix(prefix string) bool {
	for n, segment := range strings.Split(prefix, ".") {
		if n == 0 && !isNumber(segment) || segment == "" || !isURI(segment, "-_") || strings.Contains(segment, "%") {
			return false
		}
	}
	return true
}

// fromProxy returns the handle in the address of a public proxy.
func fromProxy(text string) (string, bool) {
	if _, ok := cutScheme(text, "http"); !ok {
		return "", false
	}
	u, err := url.Parse(text)
	if err != nil {
		return "", false
	}
	switch strings.ToLower(u.Hostname()) {
	case "hdl.handle.net", "doi.org", "dx.doi.org", "www.doi.org":
		handle := strings.TrimPrefix(u.Path, "/")
		return strings.TrimPrefix(handle, "api/handles/"), true
	default:
		return "", false
	}
}
