package httpd

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"linghang/kernel/export"
	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// Second says which downloads of lists need the word of a second person.
type Second struct {
	Alone int // rows that one person takes away without one; 0: as many as they like
	// Use spends the caller's approval of a download, or refuses it.
	Use func(ctx context.Context, what export.Download, limit int) error
}

// AskSecond lets large downloads need a second person. Call it before serving.
func (s *Server) AskSecond(second Second) { s.second = second }

// release refuses a download of more rows than one person takes away alone, unless it is
// approved; the approval is spent, on the disk and in the audit log, when it returns.
func (s *Server) release(r *http.Request, m MountedRoute, rows int) error {
	id := identity.From(r.Context())
	if s.second.Alone == 0 || rows <= s.second.Alone || !export.Hinders(id) || r.Method == http.MethodHead {
		return nil
	}
	ctx, err := s.recorded(r, m)
	if err != nil {
		return err
	}
	what := downloadOf(r.URL)
	what.Rows = rows
	return s.second.Use(ctx, what, s.second.Alone)
}

// downloadOf names a download by what is in it, not by how it is shown.
func downloadOf(u *url.URL) export.Download {
	q := u.Query()
	for _, form := range []string{"export", "lang", "limit", "cursor", "sort"} {
		q.Del(form)
	}
	return export.Download{Path: u.Path, Query: q.Encode()}
}

// DownloadAt names the download at an address; the zero value where it is none.
func DownloadAt(address string) export.Download {
	u, err := url.ParseRequestURI(address)
	if err != nil || u.IsAbs() || strings.HasPrefix(address, "//") {
		return export.Download{}
	}
	return downloadOf(u)
}

// Download tells what is behind the address of a list as the caller sees it, with how many
// rows. It is read as the caller would read it: by the list's own door.
func (s *Server) Download(ctx context.Context, address string) (export.Download, error) {
	no := fault.New(fault.Invalid, "system.export.path", "this is no list that can be downloaded").At("body.path", "the address of a list, with its filters")
	what := DownloadAt(address)
	ctx = context.WithValue(sqldb.Alone(ctx), insideKey{}, identity.From(ctx))
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, what.Path+"?"+what.Query, http.NoBody)
	if err != nil {
		return what, no
	}
	if _, pattern := s.mux.Handler(r); !s.lists[pattern] {
		return what, no
	}
	page, err := exporter{list: s.mux}.page(r, "")
	if err != nil {
		return what, err
	}
	what.Rows = page.Total
	return what, page.fits()
}

// insideKey marks requests that the house makes of itself for somebody who came through a door.
type insideKey struct{}

func insideOf(ctx context.Context) (identity.Identity, bool) {
	id, inside := ctx.Value(insideKey{}).(identity.Identity)
	return id, inside
}
