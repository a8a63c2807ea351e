#!/usr/bin/env node
// Plain old JavaScript on purpose: it must say its sentence on any Node, before a typed file or a binding is loaded.
import module from 'node:module';
import { isFit, MINIMUM_NODE } from './fit-node.mjs';

if (isFit(process.versions.node)) {
  // Compiled once, started in half the time afterwards.
  module.enableCompileCache();
  void import('./sound-threads.mjs').then(() => import('../src/cli.ts'));
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
