import { type Fields, fields } from '../values.ts';

/* Metrics of autoscalers in the form of version 1 and back. Upstream: pkg/apis/autoscaling/v1/conversion.go. */

function present(values: Fields): Fields {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** A metric of version 2 in the form of version 1. */
export function metricToV1(metric: Fields): Fields {
  return { type: metric['type'], ...present(sourcesToV1(metric)) };
}

function sourcesToV1(metric: Fields): Fields {
  const { object, pods, external, resource, containerResource } = metric;
  return {
    object: object && objectToV1(fields(object), 'target', 'targetValue'),
    pods: pods && podsToV1(fields(pods), 'target', 'targetAverageValue'),
    resource: resource && resourceToV1(fields(resource), 'target'),
    containerResource: containerResource && {
      ...resourceToV1(fields(containerResource), 'target'),
      container: fields(containerResource)['container'],
    },
    external: external && externalToV1(fields(external)),
  };
}

function objectToV1(source: Fields, side: string, valueName: string): Fields {
  const { value, averageValue } = fields(source[side]);
  const { name, selector } = fields(source['metric']);
  return present({
    target: source['describedObject'],
    metricName: name,
    [valueName]: value ?? '0',
    selector,
    averageValue,
  });
}

function podsToV1(source: Fields, side: string, valueName: string): Fields {
  const { name, selector } = fields(source['metric']);
  return present({ metricName: name, [valueName]: fields(source[side])['averageValue'] ?? '0', selector });
}

function resourceToV1(source: Fields, side: 'target' | 'current'): Fields {
  const { averageUtilization, averageValue } = fields(source[side]);
  return present({
    name: source['name'],
    [`${side}AverageUtilization`]: averageUtilization,
    [`${side}AverageValue`]: averageValue,
  });
}

function externalToV1(source: Fields): Fields {
  const { value, averageValue } = fields(source['target']);
  const { name, selector } = fields(source['metric']);
  return present({ metricName: name, metricSelector: selector, targetValue: value, targetAverageValue: averageValue });
}

/** A metric of version 1 in the form of version 2. */
export function metricFromV1(metric: Fields): Fields {
  const { object, pods, external, resource, containerResource } = metric;
  return present({
    type: metric['type'],
    object: object && objectFromV1(fields(object)),
    pods: pods && podsFromV1(fields(pods)),
    resource: resource && resourceFromV1(fields(resource)),
    containerResource: containerResource && {
      ...resourceFromV1(fields(containerResource)),
      container: fields(containerResource)['container'],
    },
    external: external && externalFromV1(fields(external)),
  });
}

function objectFromV1(source: Fields): Fields {
  const { target, metricName: name, targetValue: value, selector, averageValue } = source;
  const type = averageValue === undefined ? 'Value' : 'AverageValue';
  return {
    describedObject: target,
    target: present({ type, value, averageValue }),
    metric: present({ name, selector }),
  };
}

function podsFromV1(source: Fields): Fields {
  const { metricName: name, targetAverageValue: averageValue, selector } = source;
  return { metric: present({ name, selector }), target: present({ type: 'AverageValue', averageValue }) };
}

function resourceFromV1(source: Fields): Fields {
  const { name, targetAverageUtilization: averageUtilization, targetAverageValue: averageValue } = source;
  const type = averageUtilization === undefined ? 'AverageValue' : 'Utilization';
  return { name, target: present({ type, averageValue, averageUtilization }) };
}

function externalFromV1(source: Fields): Fields {
  const { metricName: name, metricSelector: selector, targetValue: value, targetAverageValue: averageValue } = source;
  const type = value === undefined ? 'AverageValue' : 'Value';
  return { metric: present({ name, selector }), target: present({ type, value, averageValue }) };
}

/** What a metric of version 2 is now, in the form of version 1. */
export function statusToV1(status: Fields): Fields {
  const { object, pods, external, resource, containerResource } = status;
  return present({
    type: status['type'],
    object: object && objectToV1(fields(object), 'current', 'currentValue'),
    pods: pods && podsToV1(fields(pods), 'current', 'currentAverageValue'),
    resource: resource && { currentAverageValue: '0', ...resourceToV1(fields(resource), 'current') },
    containerResource: containerResource && {
      currentAverageValue: '0',
      ...resourceToV1(fields(containerResource), 'current'),
      container: fields(containerResource)['container'],
    },
    external: external && externalStatusToV1(fields(external)),
  });
}

function externalStatusToV1(source: Fields): Fields {
  const { value, averageValue } = fields(source['current']);
  const { name, selector } = fields(source['metric']);
  return present({
    metricName: name,
    metricSelector: selector,
    currentValue: value ?? '0',
    currentAverageValue: averageValue,
  });
}

/** What a metric of version 1 is now, in the form of version 2. */
export function statusFromV1(status: Fields): Fields {
  const { object, pods, external, resource, containerResource } = status;
  return present({
    type: status['type'],
    object: object && objectStatusFromV1(fields(object)),
    pods: pods && valueFromV1(fields(pods), 'selector', undefined),
    resource: resource && resourceStatusFromV1(fields(resource)),
    containerResource: containerResource && {
      ...resourceStatusFromV1(fields(containerResource)),
      container: fields(containerResource)['container'],
    },
    external: external && valueFromV1(fields(external), 'metricSelector', fields(external)['currentValue']),
  });
}

function objectStatusFromV1(source: Fields): Fields {
  const { target, metricName: name, currentValue: value, selector, averageValue } = source;
  return { metric: present({ name, selector }), current: present({ value, averageValue }), describedObject: target };
}

function valueFromV1(source: Fields, selectorName: string, value: unknown): Fields {
  const { metricName: name, currentAverageValue: averageValue, [selectorName]: selector } = source;
  return { metric: present({ name, selector }), current: present({ value, averageValue }) };
}

function resourceStatusFromV1(source: Fields): Fields {
  const { name, currentAverageUtilization: averageUtilization, currentAverageValue: averageValue } = source;
  return { name, current: present({ averageValue, averageUtilization }) };
}
