/** UpCloud's two error bodies (wire: upcloud 7). */
import { jsonResponse, type VendorResponse } from './vendor-model.fixture.ts';

export interface ErrorSwitches {
  errors: 'problem' | 'legacy';
}

const CODES: Readonly<Record<number, string>> = {
  400: 'INVALID_REQUEST',
  401: 'AUTHENTICATION_FAILED',
  403: 'ACCOUNT_FORBIDDEN',
  404: 'RESOURCE_NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
};

/** `parameter` is the wrong one of the request. */
export function upcloudError(
  { errors }: ErrorSwitches,
  status: number,
  message: string,
  parameter?: string,
): VendorResponse {
  const code = CODES[status] ?? 'SERVICE_ERROR';
  if (errors === 'legacy') {
    return jsonResponse(status, { error: { error_code: code, error_message: message } });
  }
  const problem = {
    type: `https://developers.upcloud.com/1.3/errors#ERROR_${code}`,
    title: message,
    status,
    ...(parameter && { invalid_params: [{ name: parameter, reason: message }] }),
    correlation_id: '01JY5Z3K9TQW8R6M4N2B0V7C5X',
  };
  // Without parameters: clients compare the whole value.
  return jsonResponse(status, problem, { 'Content-Type': 'application/problem+json' });
}
