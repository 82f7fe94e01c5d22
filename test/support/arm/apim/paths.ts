/** Path of an instance. */
export const SERVICE =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.ApiManagement/service/{service}';

/** Type of an instance; its resources' types begin with it. */
export const SERVICE_TYPE = 'Microsoft.ApiManagement/service';
