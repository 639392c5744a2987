/** What `azureeventhub` needs of Azure's client; a file of its own in the bundle. */
export { EventHubProducerClient, parseEventHubConnectionString } from '@azure/event-hubs';
