package taxii

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Client speaks to servers. The zero value works with the defaults; it may be
// used by many goroutines.
type Client struct {
	HTTP *http.Client // nil is http.DefaultClient
	// Sign puts credentials into a request. It sees the URL: discovery may name
	// other hosts, which are not to learn them. nil signs nothing.
	Sign func(r *http.Request) error
	// Sleep waits; nil waits by the clock until the context ends.
	Sleep func(ctx context.Context, d time.Duration) error
	// Now is for Retry-After with a date; nil is time.Now.
	Now func() time.Time

	UserAgent  string        // "" is linghang-taxii
	MaxAnswer  int64         // octets of an answer; 0 is 64 MiB
	MaxPages   int           // of one iterator; 0 is 10 000
	Tries      int           // of one request; 0 is 4
	MaxWait    time.Duration // between two tries; 0 is a minute
	FirstDelay time.Duration // before the second try where the server says nothing, doubled after each; 0 is a second
}

// Discover asks a server what it has (section 4.1), at an URL such as
// https://example.org/taxii2/. The URLs of the roots are made absolute.
func (c *Client) Discover(ctx context.Context, at string) (Discovery, error) {
	var out Discovery
	if err := c.get(ctx, at, &out); err != nil {
		return Discovery{}, err
	}
	base, err := url.Parse(at)
	if err != nil {
		return Discovery{}, fmt.Errorf("taxii: %w", err)
	}
	for i, root := range out.APIRoots {
		whole, err := base.Parse(root)
		if err != nil {
			return Discovery{}, fmt.Errorf("taxii: API root %.200q: %w", root, err)
		}
		if out.Default == root {
			out.Default = whole.String()
		}
		out.APIRoots[i] = whole.String()
	}
	return out, nil
}

// Root asks about an API root (section 4.2) by its URL.
func (c *Client) Root(ctx context.Context, root string) (APIRoot, error) {
	var out APIRoot
	err := c.get(ctx, root, &out)
	return out, err
}

// Collections lists those of an API root (section 5.1).
func (c *Client) Collections(ctx context.Context, root string) ([]Collection, error) {
	at, err := below(root, "collections")
	if err != nil {
		return nil, err
	}
	var out struct {
		Collections []Collection `json:"collections"`
	}
	err = c.get(ctx, at, &out)
	return out.Collections, err
}

// CollectionURL is where a collection of an API root is.
func CollectionURL(root, id string) (string, error) { return below(root, "collections", id) }

// below adds segments and the slash at the end.
func below(base string, segments ...string) (string, error) {
	u, err := url.Parse(base)
	if err != nil {
		return "", fmt.Errorf("taxii: %w", err)
	}
	for i, s := range segments {
		if s == "" || s == "." || s == ".." || strings.Contains(s, "/") {
			return "", fmt.Errorf("taxii: %.80q cannot be part of a path", s)
		}
		segments[i] = url.PathEscape(s)
	}
	return u.JoinPath(append(segments, "/")...).String(), nil
}

// Objects reads objects of a collection (section 5.4) by its URL, page by page. The
// iterator ends after an error.
func (c *Client) Objects(ctx context.Context, collection string, q Query) iter.Seq2[Object, error] {
	return pages(ctx, c, q, func() (string, error) { return below(collection, "objects") }, ReadObject)
}

// Fetched is one page of objects, each with its octets as they came.
type Fetched struct {
	Objects     []json.RawMessage
	More        bool
	Next        string    // for the page after this, where the server says it
	First, Last time.Time // when the first and the last were added; zero where the server does not say it
}

// Page reads one page of objects (section 5.4) for callers that keep how far they came. What
// the objects are is not looked at.
func (c *Client) Page(ctx context.Context, collection string, q Query) (Fetched, error) {
	at, err := below(collection, "objects")
	if err != nil {
		return Fetched{}, err
	}
	got, err := c.do(ctx, http.MethodGet, withQuery(at, q.values()), nil)
	if err != nil {
		return Fetched{}, err
	}
	page, err := readEnvelope(got.body)
	if err != nil {
		return Fetched{}, fmt.Errorf("taxii: %s: %w", at, err)
	}
	out := Fetched{Objects: page.objects, More: page.more, Next: page.next}
	for header, to := range map[string]*time.Time{"X-TAXII-Date-Added-First": &out.First, "X-TAXII-Date-Added-Last": &out.Last} {
		if text := got.header.Get(header); text != "" {
			if *to, err = ParseStamp(text); err != nil {
				return Fetched{}, fmt.Errorf("taxii: %s: %s %.60q is no time", at, header, text)
			}
		}
	}
	return out, nil
}

// Object reads versions of one object (section 5.6): the last, or those of q.
func (c *Client) Object(ctx context.Context, collection, id string, q Query) iter.Seq2[Object, error] {
	return pages(ctx, c, q, func() (string, error) { return below(collection, "objects", id) }, ReadObject)
}

// Manifest reads what a collection has without the objects (section 5.3).
func (c *Client) Manifest(ctx context.Context, collection string, q Query) iter.Seq2[ManifestRecord, error] {
	return pages(ctx, c, q, func() (string, error) { return below(collection, "manifest") }, func(raw []byte) (ManifestRecord, error) {
		var out ManifestRecord
		err := json.Unmarshal(raw, &out)
		return out, err
	})
}

// Versions reads which versions of an object there are (section 5.8).
func (c *Client) Versions(ctx context.Context, collection, id string, q Query) iter.Seq2[string, error] {
	return pages(ctx, c, q, func() (string, error) { return below(collection, "objects", id, "versions") }, func(raw []byte) (string, error) {
		var out string
		err := json.Unmarshal(raw, &out)
		return out, err
	})
}

// Add writes objects (section 5.5) and gives the status, which may be pending.
func (c *Client) Add(ctx context.Context, collection string, objects ...Object) (Status, error) {
	at, err := below(collection, "objects")
	if err != nil {
		return Status{}, err
	}
	var page Page
	for _, o := range objects {
		page.Entries = append(page.Entries, Entry{Object: o})
	}
	body, err := envelope(page)
	if err != nil {
		return Status{}, err
	}
	got, err := c.do(ctx, http.MethodPost, at, body)
	if err != nil {
		return Status{}, err
	}
	var out Status
	return out, decode(at, got.body, &out)
}

// Status asks what became of objects (section 4.3).
func (c *Client) Status(ctx context.Context, root, id string) (Status, error) {
	at, err := below(root, "status", id)
	if err != nil {
		return Status{}, err
	}
	var out Status
	err = c.get(ctx, at, &out)
	return out, err
}

// Delete takes away an object (section 5.7), or the versions that q names.
func (c *Client) Delete(ctx context.Context, collection, id string, q Query) error {
	at, err := below(collection, "objects", id)
	if err != nil {
		return err
	}
	_, err = c.do(ctx, http.MethodDelete, withQuery(at, q.values()), nil)
	return err
}

// pages reads page after page. Where a server says that there is more and not
// what is next, what was added after the last of this page is asked for.
func pages[T any](ctx context.Context, c *Client, q Query, where func() (string, error), item func([]byte) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		at, err := where()
		if err != nil {
			yield(none, err)
			return
		}
		for range orDefault(c.MaxPages, 10_000) {
			got, err := c.do(ctx, http.MethodGet, withQuery(at, q.values()), nil)
			if err != nil {
				yield(none, err)
				return
			}
			page, err := readPage(got.body)
			if err != nil {
				yield(none, fmt.Errorf("taxii: %s: %w", at, err))
				return
			}
			for i, raw := range page.objects {
				one, err := item(raw)
				if err != nil {
					err = fmt.Errorf("taxii: %s: item %d: %w", at, i, err)
				}
				if !yield(one, err) || err != nil {
					return
				}
			}
			if !page.more {
				return
			}
			before := q
			q.Next = page.next
			if q.Next == "" {
				q.AddedAfter, err = ParseStamp(got.header.Get("X-TAXII-Date-Added-Last"))
			}
			if err != nil || q.Next == before.Next && q.AddedAfter.Equal(before.AddedAfter) {
				yield(none, fmt.Errorf("taxii: %s says that there is more and not where", at))
				return
			}
		}
		yield(none, fmt.Errorf("taxii: %s has more than %d pages", at, orDefault(c.MaxPages, 10_000)))
	}
}

// readPage reads an envelope, a manifest or a list of versions.
func readPage(body []byte) (read, error) {
	out, err := readEnvelope(body)
	if err != nil {
		return read{}, err
	}
	var v struct {
		Versions []json.RawMessage `json:"versions"`
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return read{}, fmt.Errorf("versions: %w", err)
	}
	out.objects = append(out.objects, v.Versions...)
	return out, nil
}

func withQuery(at string, values url.Values) string {
	if len(values) == 0 {
		return at
	}
	return at + "?" + values.Encode()
}

func (c *Client) get(ctx context.Context, at string, to any) error {
	got, err := c.do(ctx, http.MethodGet, at, nil)
	if err != nil {
		return err
	}
	return decode(at, got.body, to)
}

func decode(at string, body []byte, to any) error {
	if err := json.Unmarshal(body, to); err != nil {
		return fmt.Errorf("taxii: answer of %s: %w", at, err)
	}
	return nil
}

type reply struct {
	body   []byte
	header http.Header
}

// do asks until there is an answer. Reading is tried again after faults of the
// network and after 429, 502, 503, 504; writing and deleting only after 429 and
// 503, with which a server says that it has done nothing.
func (c *Client) do(ctx context.Context, method, at string, body []byte) (reply, error) {
	delay := orDefault(c.FirstDelay, time.Second)
	for try := 1; ; try++ {
		got, err := c.once(ctx, method, at, body)
		if err == nil {
			return got, nil
		}
		wait, again := again(method, err)
		if !again || try >= orDefault(c.Tries, 4) || ctx.Err() != nil {
			return reply{}, fmt.Errorf("%s %s: %w", method, at, err)
		}
		if wait == 0 {
			wait = delay
			delay *= 2
		}
		if wait > orDefault(c.MaxWait, time.Minute) {
			return reply{}, fmt.Errorf("%s %s: %w; to come again only after %s", method, at, err, wait)
		}
		if err := c.sleep(ctx, wait); err != nil {
			return reply{}, fmt.Errorf("%s %s: %w", method, at, err)
		}
	}
}

// again tells whether an error may pass, and how long the server asks to wait.
func again(method string, err error) (time.Duration, bool) {
	var told *RefusalError
	if !errors.As(err, &told) {
		var network *url.Error
		return 0, method == http.MethodGet && errors.As(err, &network)
	}
	switch told.Status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return told.RetryAfter, true
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		return told.RetryAfter, method == http.MethodGet
	default:
		return 0, false
	}
}

func (c *Client) sleep(ctx context.Context, d time.Duration) error {
	if c.Sleep != nil {
		return c.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func (c *Client) once(ctx context.Context, method, at string, body []byte) (reply, error) {
	r, err := http.NewRequestWithContext(ctx, method, at, bytes.NewReader(body))
	if err != nil {
		return reply{}, fmt.Errorf("taxii: %w", err)
	}
	r.Header.Set("Accept", MediaType)
	r.Header.Set("User-Agent", orDefault(c.UserAgent, "linghang-taxii"))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", MediaType)
	}
	if c.Sign != nil {
		if err := c.Sign(r); err != nil {
			return reply{}, fmt.Errorf("taxii: sign: %w", err)
		}
	}
	answer, err := orDefault(c.HTTP, http.DefaultClient).Do(r)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = answer.Body.Close() }()
	limit := orDefault(c.MaxAnswer, 64<<20)
	got, err := io.ReadAll(io.LimitReader(answer.Body, limit+1))
	if err != nil {
		return reply{}, &url.Error{Op: method, URL: at, Err: err} // may pass, as what Do gives
	}
	if int64(len(got)) > limit {
		return reply{}, fmt.Errorf("taxii: the answer has more than %d octets", limit)
	}
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return reply{}, c.refusal(answer, got)
	}
	kind, parameters, err := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if method != http.MethodDelete && (err != nil || !isTAXII(kind, parameters)) {
		return reply{}, fmt.Errorf("taxii: the answer is %.80q, not %s", answer.Header.Get("Content-Type"), MediaType)
	}
	return reply{got, answer.Header}, nil
}

// refusal reads an error message, and what else the answer says.
func (c *Client) refusal(answer *http.Response, body []byte) *RefusalError {
	out := refuse(answer.StatusCode, "")
	var m Message
	if json.Unmarshal(body, &m) == nil && m.Title != "" {
		out.Message = m
	}
	out.Challenge = answer.Header.Get("WWW-Authenticate")
	after := answer.Header.Get("Retry-After")
	if seconds, err := strconv.ParseInt(after, 10, 32); err == nil && seconds >= 0 {
		out.RetryAfter = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(after); err == nil {
		now := time.Now
		if c.Now != nil {
			now = c.Now
		}
		out.RetryAfter = max(0, at.Sub(now()))
	}
	return out
}

func orDefault[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}
