package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"time"
)

// api is the public interface of a running installation, with a token.
type api struct {
	url   string
	token string
	http  *http.Client
}

func newAPI(url, token string) *api {
	return &api{url: strings.TrimSuffix(url, "/"), token: token, http: &http.Client{Timeout: 20 * time.Second}}
}

// signIn returns the same installation as somebody who signs in, as a browser does.
func (a *api) signIn(ctx context.Context, login, password string) (*api, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("keep cookies: %w", err)
	}
	b := &api{url: a.url, http: &http.Client{Timeout: a.http.Timeout, Transport: a.http.Transport, Jar: jar}}
	return b, b.call(ctx, http.MethodPost, "/api/system/sign-in", map[string]string{"login": login, "password": password}, nil)
}

// refusal is an answer that is no success.
type refusal struct {
	Status int
	Key    string `json:"key"`
	Detail string `json:"detail"`
}

// Error returns what the installation said.
func (r *refusal) Error() string { return fmt.Sprintf("%d %s (%s)", r.Status, r.Detail, r.Key) }

// send makes a request and decodes the answer into out, unless out is nil.
func (a *api) send(ctx context.Context, method, path, contentType string, body []byte, header map[string]string, out any) error {
	r, err := http.NewRequestWithContext(ctx, method, a.url+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if a.token != "" {
		r.Header.Set("Authorization", "Bearer "+a.token)
	}
	if a.http.Jar != nil {
		r.Header.Set("X-Linghang-CSRF", "1")
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	resp, err := a.http.Do(r)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer resp.Body.Close() //nolint:errcheck // nothing is left to read
	text, err := io.ReadAll(io.LimitReader(resp.Body, 32<<20))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if resp.StatusCode >= 300 {
		refused := &refusal{Status: resp.StatusCode}
		if json.Unmarshal(text, refused) != nil {
			refused.Detail = strings.TrimSpace(string(text[:min(len(text), 200)]))
		}
		refused.Status = resp.StatusCode
		return fmt.Errorf("%s %s: %w", method, path, refused)
	}
	if out == nil || len(text) == 0 {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

// triesWhenLimited is how often a request is made again that came too soon.
const triesWhenLimited = 20

// call sends in as JSON, and again a moment later what came too soon.
func (a *api) call(ctx context.Context, method, path string, in, out any, header ...string) error {
	for try := 1; ; try++ {
		err := a.once(ctx, method, path, in, out, header...)
		if refused, ok := errors.AsType[*refusal](err); !ok || refused.Status != http.StatusTooManyRequests || try == triesWhenLimited {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err() //nolint:wrapcheck // the caller stopped it
		case <-time.After(time.Second):
		}
	}
}

func (a *api) once(ctx context.Context, method, path string, in, out any, header ...string) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return fmt.Errorf("encode request: %w", err)
		}
	}
	h := map[string]string{}
	for i := 0; i+1 < len(header); i += 2 {
		h[header[i]] = header[i+1]
	}
	return a.send(ctx, method, path, "application/json", body, h, out)
}

// object is what is read of any object of a list.
type object struct {
	ID        string `json:"id"`
	Code      string `json:"code"`
	USCC      string `json:"uscc"`
	Synthetic bool   `json:"synthetic"`
	Status    string `json:"status"`
	State     string `json:"state"` // as some rooms call it
	Version   int64  `json:"version"`
	Keys      []struct {
		ID string `json:"id"`
	} `json:"keys"`
}

// change posts an act upon what was read as o, and reads what it became.
func (a *api) change(ctx context.Context, path string, in any, o *object) error {
	return a.call(ctx, http.MethodPost, path, in, o, "If-Match", fmt.Sprintf(`"%d"`, o.Version))
}

// count is how many objects a list has; the path has a query.
func (a *api) count(ctx context.Context, path string) (int, error) {
	var page struct {
		Total int `json:"total"`
	}
	err := a.call(ctx, http.MethodGet, path+"&limit=1", nil, &page)
	return page.Total, err
}

// synthetic reads all objects of a list that are marked synthetic.
func (a *api) synthetic(ctx context.Context, path string) ([]object, error) {
	var found []object
	for cursor := ""; ; {
		var page struct {
			Items []object `json:"items"`
			Next  string   `json:"next_cursor"`
		}
		if err := a.call(ctx, http.MethodGet, path+"?limit=500&cursor="+cursor, nil, &page); err != nil {
			return nil, err
		}
		for _, o := range page.Items {
			if o.Synthetic {
				found = append(found, o)
			}
		}
		if cursor = page.Next; cursor == "" {
			return found, nil
		}
	}
}
