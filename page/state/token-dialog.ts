/** Whether the dialog for the token is open. */
import { signal } from '@preact/signals';

export const tokenDialogOpen = signal(false);
