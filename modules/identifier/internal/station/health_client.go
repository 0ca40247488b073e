package station

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// healthTime bounds how long a node is asked how it is; maxHealth what it says.
const (
	healthTime = 5 * time.Second
	maxHealth  = 64 << 10
)

// AskHealth asks a mirror how it is, at the address of its interface for programs.
func AskHealth(ctx context.Context, address string) (h Health, err error) {
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(address, "/")+"/healthz", nil)
	if err != nil {
		return h, fmt.Errorf("ask the node: %w", err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return h, fmt.Errorf("ask the node: %w", err)
	}
	defer answer.Body.Close() //nolint:errcheck // it was read
	switch answer.StatusCode {
	case http.StatusOK:
	case http.StatusNoContent:
		return h, fmt.Errorf("the node at %s runs, and is no mirror: it follows nobody", address)
	default:
		return h, fmt.Errorf("the node at %s answers %s", address, answer.Status)
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, answer.Body, maxHealth)).Decode(&h); err != nil {
		return h, fmt.Errorf("read what the node at %s says: %w", address, err)
	}
	return h, nil
}
