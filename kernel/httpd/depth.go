package httpd

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"strings"

	"linghang/kernel/fault"
)

// maxDepth is how deep JSON may be nested. Nothing that is sent here comes near;
// what is deeper costs memory for every level when it is read.
const maxDepth = 64

// bounded counts how deep the JSON of a body is while it is read, and breaks
// the reading off where it is too deep.
type bounded struct {
	io.ReadCloser
	depth   int
	quoted  bool
	escaped bool
}

// boundDepth guards a JSON body; protocols in other forms have bounds of their
// own. Typed bodies, which are small and held in memory anyway, are read here,
// so that the refusal is ours.
func boundDepth(r *http.Request, typed bool) error {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	isJSON := media == "application/json" || strings.HasSuffix(media, "+json")
	if !isJSON && (!typed || err == nil && media != "") {
		return nil
	}
	r.Body = &bounded{ReadCloser: r.Body}
	if !typed {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if fault.As(err) != nil {
		return err
	}
	r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{err}))
	return nil
}

// failing hands on the error that reading a body ended with, if any.
type failing struct{ err error }

// Read implements io.Reader.
func (f failing) Read([]byte) (int, error) {
	if f.err == nil {
		return 0, io.EOF
	}
	return 0, f.err
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	for _, c := range p[:n] {
		switch {
		case b.escaped:
			b.escaped = false
		case b.quoted:
			b.escaped, b.quoted = c == '\\', c != '"'
		case c == '"':
			b.quoted = true
		case c == '{' || c == '[':
			b.depth++
		case c == '}' || c == ']':
			b.depth--
		}
		if b.depth > maxDepth {
			return 0, fault.New(fault.BadRequest, "kernel.json.depth", "the JSON is nested deeper than %d levels", maxDepth).
				With("limit", maxDepth).At("body", "send it as the API reference shows it")
		}
	}
	return n, err
}
