/** All rows, in the order in which they are measured: by cluster, and what needs an operator that is fresh first. */
import type { Row } from '../row.ts';
import { alertDuplicates } from './alert-duplicates.ts';
import { alertFaultRows } from './alert-faults.ts';
import { alertRows } from './alerts.ts';
import { bodyRows } from './bodies.ts';
import { deliveryRows } from './deliveries.ts';
import { forged } from './forged.ts';
import { hot } from './hot.ts';
import { idleCalls } from './idle-calls.ts';
import { memoryRows } from './memory.ts';
import { neighbourRows } from './neighbours.ts';
import { outage } from './outage.ts';
import { quiet } from './quiet.ts';
import { readyTenThousand, readyThousand } from './ready.ts';
import { recordCost } from './record-cost.ts';
import { sqsRows } from './sources.ts';
import { sourcesMemory } from './sources-memory.ts';
import { natsRows } from './sources-nats.ts';
import { spread } from './spread.ts';

export const rows: readonly Row[] = [
  readyThousand,
  ...memoryRows,
  ...alertRows,
  recordCost,
  alertDuplicates,
  ...alertFaultRows,
  ...sqsRows,
  sourcesMemory,
  readyTenThousand,
  ...bodyRows,
  hot,
  forged,
  ...neighbourRows,
  idleCalls,
  quiet,
  ...deliveryRows,
  spread,
  ...natsRows,
  outage,
];
