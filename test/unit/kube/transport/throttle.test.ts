import { expect, it } from 'vitest';
import { createThrottle } from '../../../../operator/kube/transport/throttle.ts';

function throttleAt(start: number, limits: { qps: number; burst: number }) {
  const time = { nowMs: start };
  return { time, throttle: createThrottle({ ...limits, clock: { elapsedMs: () => time.nowMs } }) };
}

function takeTimes(throttle: { take(): number }, count: number): number[] {
  return Array.from({ length: count }, () => Math.round(throttle.take()));
}

it('lets everything through while the API server throttles by itself', () => {
  const { throttle } = throttleAt(0, { qps: 1, burst: 1 });
  throttle.learn(true);
  expect(takeTimes(throttle, 5)).toEqual([0, 0, 0, 0, 0]);
});

it('lets a burst through, and then one after the other by the rate', () => {
  const { throttle } = throttleAt(0, { qps: 10, burst: 3 });
  throttle.learn(false);
  expect(takeTimes(throttle, 6)).toEqual([0, 0, 0, 100, 200, 300]);
});

it('fills again with time, to no more than the burst', () => {
  const { time, throttle } = throttleAt(0, { qps: 10, burst: 2 });
  throttle.learn(false);
  takeTimes(throttle, 2);
  time.nowMs = 100;
  expect(takeTimes(throttle, 2)).toEqual([0, 100]);
  time.nowMs = 60_000;
  expect(takeTimes(throttle, 3)).toEqual([0, 0, 100]);
});

it('stops throttling when the API server turns out to do it', () => {
  const { throttle } = throttleAt(0, { qps: 1, burst: 1 });
  throttle.learn(false);
  expect(takeTimes(throttle, 2)).toEqual([0, 1000]);
  throttle.learn(true);
  expect(throttle.take()).toBe(0);
});

it('is none where the rate is not above zero', () => {
  const { throttle } = throttleAt(0, { qps: -1, burst: 1 });
  throttle.learn(false);
  expect(takeTimes(throttle, 3)).toEqual([0, 0, 0]);
});
