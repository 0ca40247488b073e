package blobs

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// bucket keeps content in an S3-compatible service.
type bucket struct {
	client *minio.Client
	name   string
	prefix string
}

// ErrURL tells what an address of a bucket looks like.
var ErrURL = errors.New("it looks like s3://KEY:SECRET@host:port/bucket[/prefix][?region=us-east-1&tls=true&path-style=true]")

// retries is how often a request is tried before it fails.
const retries = 4

// newBucket reads the address. Nothing of it goes into an error: it holds a secret.
func newBucket(address string) (bucket, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.User == nil {
		return bucket{}, ErrURL
	}
	name, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	secret, ok := u.User.Password()
	if name == "" || !ok {
		return bucket{}, ErrURL
	}
	options := &minio.Options{
		Creds: credentials.NewStaticV4(u.User.Username(), secret, ""), Secure: true, Region: "us-east-1", MaxRetries: retries,
		BucketLookup: minio.BucketLookupPath, TrailingHeaders: true, Transport: transport(),
	}
	for key, values := range u.Query() {
		if err := setOption(options, key, values[0]); err != nil {
			return bucket{}, err
		}
	}
	if prefix != "" {
		prefix = strings.Trim(prefix, "/") + "/"
	}
	client, err := minio.New(u.Host, options)
	if err != nil {
		return bucket{}, ErrURL
	}
	return bucket{client, name, prefix}, nil
}

// setOption applies one parameter of the address.
func setOption(options *minio.Options, key, value string) error {
	if key == "region" {
		options.Region = value
		return nil
	}
	on, err := strconv.ParseBool(value)
	switch {
	case key != "tls" && key != "path-style":
		return fmt.Errorf("there is no parameter %q: %w", key, ErrURL)
	case err != nil:
		return ErrURL
	case key == "tls":
		options.Secure = on
	case !on:
		options.BucketLookup = minio.BucketLookupDNS
	}
	return nil
}

// transport gives up on a service that does not answer.
func transport() http.RoundTripper {
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: 30 * time.Second, IdleConnTimeout: time.Minute,
		MaxIdleConnsPerHost: 16, MaxConnsPerHost: 64, DisableCompression: true,
	}
}

// keep uploads with the SHA-256 that the service compares before it acknowledges.
func (b bucket) keep(ctx context.Context, name, path string, blob Blob) error {
	there, err := b.client.StatObject(ctx, b.name, b.prefix+name, minio.StatObjectOptions{})
	if err == nil && there.Size == blob.Size {
		return nil
	}
	if err != nil && !missing(err) {
		return fmt.Errorf("look into the bucket: %w", err)
	}
	f, err := os.Open(path) //nolint:gosec // the file that Put wrote
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it was only read
	sum, err := hex.DecodeString(blob.Hash)
	if err != nil {
		return err
	}
	info, err := b.client.PutObject(ctx, b.name, b.prefix+name, f, blob.Size, minio.PutObjectOptions{
		ContentType: "application/octet-stream", DisableMultipart: true,
		UserMetadata: map[string]string{"X-Amz-Checksum-Sha256": base64.StdEncoding.EncodeToString(sum)},
	})
	if err != nil {
		return fmt.Errorf("upload to the bucket: %w", err)
	}
	if info.Size != blob.Size {
		return fmt.Errorf("upload to the bucket: %d of %d bytes arrived: %w", info.Size, blob.Size, ErrDamaged)
	}
	return nil
}

func missing(err error) bool { return minio.ToErrorResponse(err).StatusCode == http.StatusNotFound }

func (b bucket) open(ctx context.Context, name string) (io.ReadSeekCloser, error) {
	o, err := b.client.GetObject(ctx, b.name, b.prefix+name, minio.GetObjectOptions{})
	if err != nil {
		return nil, err
	}
	if _, err := o.Stat(); err != nil {
		if missing(err) {
			err = errMissing
		}
		return nil, errors.Join(err, o.Close())
	}
	return o, nil
}

func (b bucket) list(ctx context.Context, prefix string) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel() // ends the listing when nobody wants more
		for o := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix + prefix, Recursive: true}) {
			if o.Err != nil {
				yield(entry{}, o.Err)
				return
			}
			if !yield(entry{strings.TrimPrefix(o.Key, b.prefix), o.Size}, nil) {
				return
			}
		}
	}
}

func (b bucket) remove(ctx context.Context, name string) error {
	return b.client.RemoveObject(ctx, b.name, b.prefix+name, minio.RemoveObjectOptions{})
}

func (b bucket) check(ctx context.Context) error {
	ok, err := b.client.BucketExists(ctx, b.name)
	if err != nil {
		return fmt.Errorf("reach the bucket %s: %w", b.name, err)
	}
	if !ok {
		return fmt.Errorf("there is no bucket %s; make it, Linghang does not", b.name)
	}
	return nil
}
