package kerneltest

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// S3Secret is the secret key of the server that S3 starts.
const S3Secret = "canary-Vq8sJ2mT5xWbR7nD"

// S3 runs a real S3-compatible server with a bucket until the test ends, and
// returns the bucket's address for blobs-url.
func S3(t testing.TB) string {
	t.Helper()
	program := Program(t, "versitygw")
	dir := t.TempDir()
	bucket, beside := filepath.Join(dir, "buckets", "linghang"), filepath.Join(dir, "beside")
	for _, d := range []string{bucket, beside} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	Process(t, program, "--access", "linghang", "--secret", S3Secret, "--port", address, "posix", "--sidecar", beside, filepath.Dir(bucket))
	Wait(t, "the S3 server to answer", func() bool {
		c, err := net.DialTimeout("tcp", address, time.Second)
		if err != nil {
			return false
		}
		return c.Close() == nil
	})
	return fmt.Sprintf("s3://linghang:%s@%s/linghang/city?tls=false", S3Secret, address)
}
