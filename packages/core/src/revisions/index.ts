export { type ComponentController, type ComponentControllerOptions, startComponentController } from './controller.ts';
