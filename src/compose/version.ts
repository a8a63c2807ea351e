import manifest from '../../package.json' with { type: 'json' };

/** As the package says. */
export const version: string = manifest.version;
