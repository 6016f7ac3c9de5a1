import { Config } from '@oclif/core/config';

/** Every command with its flags, as oclif knows them: from the manifest of a bundle, or from the sources. */
export function oclifConfig(root: string, fromSource: boolean): Promise<Config> {
  return Config.load({ root, ignoreManifest: fromSource });
}
