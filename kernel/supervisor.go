package kernel

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"
)

// supervisor tells systemd how the process is (sd_notify): that it is ready,
// that it stops, and while it answers its own door, that it lives.
type supervisor struct {
	socket string
	every  time.Duration // zero without a watchdog
}

func newSupervisor(lookup func(string) (string, bool)) supervisor {
	s := supervisor{}
	s.socket, _ = lookup("NOTIFY_SOCKET")
	if text, ok := lookup("WATCHDOG_USEC"); ok {
		if usec, err := strconv.ParseInt(text, 10, 64); err == nil && usec > 0 {
			s.every = time.Duration(usec) * time.Microsecond / 3
		}
	}
	if pid, ok := lookup("WATCHDOG_PID"); ok && pid != strconv.Itoa(os.Getpid()) {
		s.every = 0 // it is another process that is watched
	}
	return s
}

// say sends one state. Without systemd it does nothing.
func (s supervisor) say(ctx context.Context, state string) error {
	if s.socket == "" {
		return nil
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "unixgram", s.socket)
	if err != nil {
		return fmt.Errorf("reach the service manager: %w", err)
	}
	defer conn.Close() //nolint:errcheck // a datagram is sent or not
	if _, err := conn.Write([]byte(state)); err != nil {
		return fmt.Errorf("tell the service manager: %w", err)
	}
	return nil
}

// supervised reports to systemd until ctx ends.
func (k *Kernel) supervised(ctx context.Context, s supervisor) {
	tell := func(state string) {
		if err := s.say(context.WithoutCancel(ctx), state); err != nil {
			k.log.Warn("the service manager was not told", "state", state, "error", err)
		}
	}
	tell("READY=1")
	defer tell("STOPPING=1")
	if s.socket == "" || s.every <= 0 {
		<-ctx.Done()
		return
	}
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	for {
		if k.listener == nil || answers(ctx, k.listener.Addr().String(), "/healthz") == nil {
			tell("WATCHDOG=1")
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// answers asks the process at address whether it is well.
func answers(ctx context.Context, address, path string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+reachable(address)+path, nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", address, err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("ask %s: %w", address, err)
	}
	defer resp.Body.Close() //nolint:errcheck // only the status counts
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s%s answers %s", address, path, resp.Status)
	}
	return nil
}

// healthcheck is for container engines and load balancers that run a command.
func (c commands) healthcheck() *cobra.Command {
	return &cobra.Command{
		Use: "healthcheck", Short: "Ask the serving process whether it is ready; code 0 if so", Args: cobra.NoArgs,
		Example: "  linghang healthcheck --http :8080",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := load(cmd.Flags(), os.LookupEnv)
			if err != nil {
				return usageError{err}
			}
			if cfg.HTTP == "off" {
				return usageError{fmt.Errorf("configuration http: it is off, there is nothing to ask")}
			}
			return answers(cmd.Context(), cfg.HTTP, "/readyz")
		},
	}
}
