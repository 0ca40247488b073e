// Package securityevent is what the room of industrial security tells others: plain data.
package securityevent
