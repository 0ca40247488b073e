//go:build !linux

package capture

import "errors"

func listen(string, bool) (liveSource, error) {
	return nil, errors.New("packets are read from a network interface on Linux only; elsewhere read a file, or a pipe that another program writes")
}
