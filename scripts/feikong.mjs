#!/usr/bin/env node
// Plain old JavaScript on purpose: it must say its sentence on any Node, before a typed file or a binding is loaded.
import { isFit, MINIMUM_NODE } from './fit-node.mjs';

if (isFit(process.versions.node)) {
  void import('../src/cli.ts');
} else {
  console.error(
    'feikong: Node ' +
      process.versions.node +
      ' is too old: start through npm, which brings a fit one, or install Node ' +
      MINIMUM_NODE +
      ' or newer.',
  );
  process.exitCode = 1;
}
