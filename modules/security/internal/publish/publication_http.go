package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
)

// publicRoutes are the files of a trusted provider (CSAF 2.0, 7.2.3).
func (p *Provider) publicRoutes() []module.Route {
	raw := func(do func(w http.ResponseWriter, r *http.Request) error) httpd.Handler {
		return httpd.Raw("", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := do(w, r); err != nil {
				httpd.Refuse(w, r, err)
			}
		}))
	}
	return []module.Route{
		{Pattern: "GET " + metadata, Permission: identity.Public, Summary: "CSAF: who publishes advisories here, and where they are", Handler: raw(p.serveMetadata)},
		{Pattern: "GET " + service, Permission: identity.Public, Summary: "CSAF: ROLIE service document", Handler: raw(p.serveService)},
		{
			Pattern: "GET " + whiteRoot + "{path...}", Permission: identity.Public,
			Summary: "CSAF: what is TLP:WHITE: the ROLIE feed and its categories, index.txt and changes.csv, and by year advisories, each with .sha256, .sha512 and OpenPGP signature (.asc)", Handler: raw(p.serveWhite),
		},
		{Pattern: "GET " + keyRoot + "{file}", Permission: identity.Public, Summary: "CSAF: the OpenPGP key that advisories are signed with", Handler: raw(p.serveKey)},
	}
}

// answer writes a file that changes with the next publication.
func answer(w http.ResponseWriter, r *http.Request, kind, name string, at time.Time, content []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Access-Control-Allow-Origin", "*") // it is for everybody
	w.Header().Set("Cache-Control", "public, max-age=60")
	http.ServeContent(w, r, name, at, bytes.NewReader(content))
}

const (
	asJSON = "application/json"
	asHTML = "text/html; charset=utf-8"
	asText = "text/plain; charset=utf-8"
	asCSV  = "text/csv; charset=utf-8"
	asPGP  = "application/pgp-signature"
	asKey  = "application/pgp-keys"
)

// published are the files, and when the newest came; an error where none is.
func (p *Provider) published(ctx context.Context) ([]File, time.Time, error) {
	list, err := p.store.files(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	if len(list) == 0 {
		return nil, time.Time{}, noSuch("file: no advisory is published yet")
	}
	return list, list[0].at, nil
}

func (p *Provider) serveMetadata(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	_, at, err := p.published(ctx)
	if err != nil {
		return err
	}
	by, err := p.publisher(ctx)
	if err != nil {
		return err
	}
	k, found, err := p.store.key(ctx, p.kit.DB)
	if err != nil || !found {
		return errors.Join(err, noSuch("key"))
	}
	text, err := written(providerMetadata(p.base(), by, k, at))
	if err != nil {
		return err
	}
	answer(w, r, asJSON, "provider-metadata.json", at, text)
	return nil
}

func (p *Provider) serveService(w http.ResponseWriter, r *http.Request) error {
	_, at, err := p.published(r.Context())
	if err != nil {
		return err
	}
	text, err := written(serviceDocument(p.base()))
	if err != nil {
		return err
	}
	answer(w, r, asJSON, "service.json", at, text)
	return nil
}

func (p *Provider) serveWhite(w http.ResponseWriter, r *http.Request) error {
	year, name, within := strings.Cut(r.PathValue("path"), "/")
	switch {
	case !within:
		return p.serveList(w, r, year)
	case name == "":
		return p.serveFolder(w, r, year)
	}
	return p.serveFile(w, r, year, name)
}

func (p *Provider) serveFolder(w http.ResponseWriter, r *http.Request, year string) error {
	list, at, err := p.published(r.Context())
	if err != nil {
		return err
	}
	text := listing(year, list)
	if text == nil {
		return noSuch("folder")
	}
	answer(w, r, asHTML, "index.html", at, text)
	return nil
}

func (p *Provider) serveList(w http.ResponseWriter, r *http.Request, name string) error {
	list, at, err := p.published(r.Context())
	if err != nil {
		return err
	}
	var text []byte
	kind := asJSON
	switch name {
	case feedFile:
		by, err := p.publisher(r.Context())
		if err != nil {
			return err
		}
		if text, err = written(feed(p.base(), by.Name, list, at)); err != nil {
			return err
		}
	case categoryF:
		if text, err = written(categoryDocument()); err != nil {
			return err
		}
	case "index.txt":
		kind, text = asText, indexText(list)
	case "changes.csv":
		kind, text = asCSV, changes(list)
	default:
		return noSuch("file")
	}
	answer(w, r, kind, name, at, text)
	return nil
}

func (p *Provider) serveFile(w http.ResponseWriter, r *http.Request, year, name string) error {
	beside := ""
	for _, kind := range []string{".sha256", ".sha512", ".asc"} {
		if rest, ok := strings.CutSuffix(name, kind); ok {
			name, beside = rest, kind
		}
	}
	f, err := p.store.file(r.Context(), name)
	if err != nil {
		return err
	}
	if yearOf(f.number) != year {
		return noSuch("file")
	}
	switch beside {
	case ".asc":
		answer(w, r, asPGP, f.name+beside, f.at, []byte(f.signature))
	case "":
		answer(w, r, asJSON, f.name, f.at, f.document)
	default:
		answer(w, r, asText, f.name+beside, f.at, sums(f, beside))
	}
	return nil
}

func (p *Provider) serveKey(w http.ResponseWriter, r *http.Request) error {
	k, found, err := p.store.key(r.Context(), p.kit.DB)
	if err != nil {
		return err
	}
	if !found || r.PathValue("file") != k.fingerprint+".asc" {
		return noSuch("key")
	}
	answer(w, r, asKey, k.fingerprint+".asc", time.Time{}, []byte(k.public))
	return nil
}

// serveDocument serves the document as it would be published now, or a revision that was.
func (p *Provider) serveDocument(w http.ResponseWriter, r *http.Request) {
	document, name, err := p.documentOf(r)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", asJSON)
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
	_, _ = w.Write(document) //nolint:gosec // JSON as a file to keep, no page; the caller may have gone
}

func (p *Provider) documentOf(r *http.Request) (document []byte, name string, err error) {
	ctx := r.Context()
	x, err := p.store.seen(ctx, p.kit.DB, r.PathValue("id"))
	if err != nil {
		return nil, "", err
	}
	if text := r.URL.Query().Get("revision"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, "", noSuch("revision")
		}
		document, err := p.store.revision(ctx, x.ID, n)
		return document, strings.ToLower(x.Number) + "-" + text + ".json", err
	}
	if err := x.draft.check(); err != nil {
		return nil, "", err
	}
	document, err = p.document(ctx, p.kit.DB, x, p.now())
	return document, strings.ToLower(x.Number) + ".json", err
}
