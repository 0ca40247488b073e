package httpd

import (
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
	visit   *visit
	depth   int
	quoted  bool
	escaped bool
}

// boundDepth guards a JSON body; protocols in other forms have bounds of their own.
func boundDepth(r *http.Request, typed bool) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	json := media == "application/json" || strings.HasSuffix(media, "+json")
	if json || typed && (err != nil || media == "") {
		r.Body = &bounded{ReadCloser: r.Body, visit: visitOf(r.Context())}
	}
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
			b.visit.tooDeep = true
			return 0, tooDeep()
		}
	}
	return n, err
}

func tooDeep() *fault.Error {
	return fault.New(fault.BadRequest, "kernel.json.depth", "the JSON is nested deeper than %d levels", maxDepth).
		With("limit", maxDepth).At("body", "send it as the API reference shows it")
}
