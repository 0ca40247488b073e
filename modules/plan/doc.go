// Package plan is the room of the action plan (行动计划).
package plan
