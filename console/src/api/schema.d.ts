// Written by `npm run console:types` from the server's OpenAPI document.
export interface paths {
    "/oidc/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an access token for an hour (RFC 6749, client credentials)
         * @description The client is a key: its id and its secret, by Basic or in the form.
         */
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List events
         * @description A page of events, newest first. With fromSequence instead: the events from that sequence on, in the order they were recorded; page, order, cursor and snapshot have no effect then.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/{eventID}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get one event */
        get: operations["getEvent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the newest checkpoint, signed on request, or the one issued at a size */
        get: operations["getCheckpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/checkpoint/cosignatures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Add the cosignatures of witnesses to a checkpoint */
        post: operations["addCosignatures"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/erasures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Erase the personal fields from the events of a user; what remains can still be proved */
        post: operations["eraseUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Record events: all or none */
        post: operations["recordEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export all matching events as one stream
         * @description Oldest first. The body ends cleanly only when everything was sent; otherwise the connection breaks, also when the key is revoked or expires on the way. A client that reads nothing for ten minutes is disconnected.
         */
        get: operations["exportEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/facets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count the values of filters among matching events */
        get: operations["getFacets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/failed-auth": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List failed authentications
         * @description Events of actions by which somebody proves who they are (`auth.*`, `login`, `ConsoleLogin` and other usual names) and of calls with status 401, if their outcome is a failure. Records of system services, Annals’ own among them, are included. An own record whose details have `repeated` stands for as many attempts.
         */
        get: operations["listFailedAuthentications"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/failed-auth/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count failed authentications by who, from where, or why
         * @description The failures that `/v1/audit/failed-auth` lists, counted by one of their facts. Without from, the 24 hours before to.
         */
        get: operations["groupFailedAuthentications"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/filter-options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the values that the trail can be filtered by */
        get: operations["getFilterOptions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/histogram": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count matching events over time
         * @description Buckets of a round width, from a second to many days, in the narrowest that is enough. They begin at round times in UTC, so the first one may begin before the time that was looked at.
         */
        get: operations["getHistogram"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the keys by which checkpoints are verified */
        get: operations["getVerifierKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/proof/consistency": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the proof that the log only grew */
        get: operations["getConsistencyProof"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/proof/inclusion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the proof that an event is in the log */
        get: operations["getInclusionProof"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/proof/multiproof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create one proof for many events */
        post: operations["createMultiproof"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/sequence/{sequence}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get one event by its sequence */
        get: operations["getEventBySequence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream events as they are recorded
         * @description Server-sent events, in the order of recording, without end: `audit` is an event, and its id the sequence; `dropped` says which sequences the log does not have any more; `end` says why the stream ends. A comment comes every 15 seconds. A client that connects again with Last-Event-ID misses nothing.
         */
        get: operations["streamEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/tile/{L}/{N}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a tile of the log’s tree */
        get: operations["getTile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/tile/entries/{N}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a bundle of the log’s entries */
        get: operations["getEntryBundle"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the keys of an organisation, without their secrets */
        get: operations["listKeys"];
        put?: never;
        /** Create a key; its secret is in this response and in no other */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a key, from the next request on */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        /** Change the quotas of a key, from the next request on; for the operator */
        patch: operations["updateKey"];
        trace?: never;
    };
    "/v1/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the links of an organisation that can be opened, or whose sessions last */
        get: operations["listLinks"];
        put?: never;
        /** Create a link that lets somebody in; its secret is in this response and in no other */
        post: operations["createLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/links/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a link and its sessions, from the next request on */
        delete: operations["revokeLink"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the key of this request, its organisation, and what it may do */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/organisation-memberships": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the organisation that the key belongs to, in the vendor’s shape */
        get: operations["listMemberships"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the organisations that this key may see */
        get: operations["listOrganisations"];
        put?: never;
        /** Create an organisation; for the operator */
        post: operations["createOrganisation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change the quotas of an organisation, from the next request on; for the operator */
        patch: operations["updateOrganisation"];
        trace?: never;
    };
    "/v1/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Enrol a passkey by a link: makes a person with the link’s role, and signs the browser in */
        post: operations["createPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/passkeys/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a browser needs to make a passkey, for who has a link; the link is not used by it */
        post: operations["createPasskeyOptions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the people of an organisation, who sign in with passkeys */
        get: operations["listPeople"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a person’s passkey and sessions, from the next request on */
        delete: operations["revokePerson"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/searches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the saved searches of the organisation, by name */
        get: operations["listSearches"];
        put?: never;
        /** Save a search for everybody in the organisation */
        post: operations["createSearch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/searches/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a saved search; for its creator, and for those who may revoke keys */
        delete: operations["deleteSearch"];
        options?: never;
        head?: never;
        /** Change a saved search; for its creator, and for those who may revoke keys */
        patch: operations["updateSearch"];
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the sessions of this key; for an org-admin all of its organisation */
        get: operations["listSessions"];
        put?: never;
        /**
         * Sign a browser in, with the key of this request or with a link
         * @description The response sets a cookie, which stands for the key or the link from then on: until the session is idle for too long or too old, is revoked, or the key or the link is not valid any more.
         */
        post: operations["createSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Sign out: end a session, from the next request on */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign a browser in with a passkey */
        post: operations["createSessionByPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/passkey/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a browser needs to sign in with a passkey, for anybody */
        post: operations["createSignInOptions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AccessToken: {
            access_token: string;
            /**
             * Format: int64
             * @description Seconds
             */
            expires_in: number;
            /** @enum {string} */
            token_type: "Bearer";
        };
        ConsistencyProof: {
            /** Format: int64 */
            from: number;
            /** @description As in RFC 9162, 2.1.4 */
            hashes: string[];
            /** Format: int64 */
            to: number;
        };
        CreatedKey: {
            /** Format: date-time */
            createdAt: string;
            /** @description Id of the key that created it, if that is known */
            createdBy?: string;
            /** Format: date-time */
            expiresAt?: string;
            id: string;
            /** @description annals_<id>_<secret>; shown this once */
            key: string;
            name: string;
            /** @description Identity */
            organisation: string;
            quotas?: components["schemas"]["Quotas"];
            /** Format: date-time */
            revokedAt?: string;
            /** @enum {string} */
            role: "org-admin" | "org-auditor" | "writer";
        };
        CreatedLink: {
            /** Format: date-time */
            createdAt: string;
            /** @description Id of the key, person or link that created it */
            createdBy: string;
            /**
             * Format: date-time
             * @description Until when it can be opened
             */
            expiresAt: string;
            id: string;
            name: string;
            /** @description Identity */
            organisation: string;
            /** @enum {string} */
            purpose: "passkey" | "sign-in" | "share";
            /** Format: date-time */
            revokedAt?: string;
            /** @enum {string} */
            role: "org-admin" | "org-auditor";
            /** @description Path of the page that opens it. What is behind the # is its secret: it is in this response and in no other, and no browser sends it */
            url: string;
            /**
             * Format: date-time
             * @description When it was opened, if it works once
             */
            usedAt?: string;
        };
        /**
         * Draft
         * @description What a producer sends; it becomes an event when it is recorded.
         */
        Draft: {
            action: string;
            changes?: {
                after?: {
                    [key: string]: unknown;
                };
                before?: {
                    [key: string]: unknown;
                };
            };
            client?: {
                [key: string]: unknown;
            };
            context?: {
                client_ip?: string;
                country_code?: string;
                credentials_id?: string;
                credentials_type?: string;
                duration?: number | string;
                headers?: {
                    [key: string]: unknown;
                };
                method?: string;
                origin?: string;
                path?: string;
                /** Format: int64 */
                status?: number;
                system_service?: string;
                url?: string;
                user_agent?: string;
            } & {
                [key: string]: unknown;
            };
            /** Format: date-time */
            createdAt?: string;
            description?: string;
            details?: {
                [key: string]: unknown;
            };
            error?: string;
            eventID?: string;
            impersonator?: {
                email?: string;
                name?: string;
                subject?: string;
            } & {
                [key: string]: unknown;
            };
            impersonatorIdentity?: string;
            organizationIdentity?: string;
            /** @enum {string} */
            outcome?: "success" | "failure";
            projectId?: string;
            resourceIdentity?: string;
            resourceType?: string;
            serviceAccount?: {
                [key: string]: unknown;
            };
            serviceAccountIdentity?: string;
            sessionId?: string;
            traceId?: string;
            user?: {
                email?: string;
                name?: string;
                subject?: string;
            } & {
                [key: string]: unknown;
            };
            userIdentity?: string;
        };
        /** @description Drafts that are recorded together, all or none. */
        DraftList: {
            events: components["schemas"]["Draft"][];
        };
        EnrolledPerson: {
            person: components["schemas"]["Person"];
            session: components["schemas"]["Session"];
        };
        Erasure: {
            /**
             * Format: int64
             * @description Events that had lost them before
             */
            alreadyErased: number;
            /**
             * @description Nothing was erased
             * @enum {boolean}
             */
            dryRun?: true;
            /**
             * Format: int64
             * @description Events that lost personal fields now, or would lose them
             */
            erased: number;
            /**
             * Format: int64
             * @description Events of this user, also those without personal fields; 0 when nobody is so
             */
            events: number;
            /**
             * Format: int64
             * @description Size of the log that was searched
             */
            snapshot: number;
        };
        ErasureRequest: {
            /** @description Only say what would be erased */
            dryRun?: boolean;
            /** @description Whose events: those with this userIdentity or impersonatorIdentity */
            userIdentity: string;
        };
        ErrorResponse: {
            /** @description What is wrong with each event or field, at most 20 */
            errors?: components["schemas"]["Issue"][];
            message: string;
        };
        /**
         * Event
         * @description One immutable record in an organisation’s log.
         */
        Event: {
            action: string;
            changes?: {
                after?: {
                    [key: string]: unknown;
                };
                before?: {
                    [key: string]: unknown;
                };
            };
            client?: {
                [key: string]: unknown;
            };
            context?: {
                client_ip?: string;
                country_code?: string;
                credentials_id?: string;
                credentials_type?: string;
                duration?: number | string;
                headers?: {
                    [key: string]: unknown;
                };
                method?: string;
                origin?: string;
                path?: string;
                /** Format: int64 */
                status?: number;
                system_service?: string;
                url?: string;
                user_agent?: string;
            } & {
                [key: string]: unknown;
            };
            /** Format: date-time */
            createdAt: string;
            description?: string;
            details?: {
                [key: string]: unknown;
            };
            error?: string;
            eventID: string;
            impersonator?: {
                email?: string;
                name?: string;
                subject?: string;
            } & {
                [key: string]: unknown;
            };
            impersonatorIdentity?: string;
            organizationIdentity: string;
            /** @enum {string} */
            outcome?: "success" | "failure";
            /** @description In place of personal fields that were erased or left out */
            personal?: string;
            projectId?: string;
            /** Format: date-time */
            recordedAt: string;
            resourceIdentity?: string;
            resourceType?: string;
            /** Format: int64 */
            sequence: number;
            serviceAccount?: {
                [key: string]: unknown;
            };
            serviceAccountIdentity?: string;
            sessionId?: string;
            traceId?: string;
            user?: {
                email?: string;
                name?: string;
                subject?: string;
            } & {
                [key: string]: unknown;
            };
            userIdentity?: string;
        };
        EventList: {
            items: components["schemas"]["Event"][];
            /**
             * Format: int64
             * @description Largest number of events on a page; not with fromSequence
             */
            itemsPerPage?: number;
            /**
             * Format: int64
             * @description With fromSequence alone, and when events from that sequence on were dropped: the first sequence that the log has
             */
            keptFrom?: number;
            /** @description With cursor alone: the cursor of the next page; absent on the last one */
            nextCursor?: string;
            /**
             * Format: int64
             * @description With fromSequence alone: the fromSequence of the next request
             */
            nextSequence?: number;
            /**
             * Format: int64
             * @description Number of this page; not with fromSequence
             */
            page?: number;
            /**
             * Format: int64
             * @description With cursor alone: size of the log that the walk looks at
             */
            snapshot?: number;
            /**
             * Format: int64
             * @description The same as totalItems; not with fromSequence
             */
            totalCount?: number;
            /**
             * Format: int64
             * @description Matching events on all pages; not with fromSequence
             */
            totalItems?: number;
            /**
             * Format: int64
             * @description Number of pages; not with fromSequence
             */
            totalPages?: number;
        };
        Events: components["schemas"]["Event"][];
        Facets: {
            /** @description In the order of the request */
            facets: components["schemas"]["FacetValues"][];
            /**
             * Format: int64
             * @description Size of the log that was looked at; a request with it as snapshot finds the same events
             */
            snapshot: number;
            /**
             * Format: int64
             * @description Matching events
             */
            total: number;
        };
        FacetValues: {
            /**
             * Format: int64
             * @description Matching events without a value
             */
            absent: number;
            /**
             * Format: int64
             * @description How many different values there are; absent, and `values` empty, when there are more than 100,000, or fewer that are very long
             */
            distinct?: number;
            /** @description The filter that finds these values */
            name: string;
            /** @description The most frequent values first, then in the order of the values */
            values: components["schemas"]["ValueCount"][];
        };
        FailedAuthGroup: {
            /**
             * Format: int64
             * @description Attempts. A summary counts as often as it says; two of one client within two seconds, and no third, are one mistake and count once
             */
            count: number;
            /**
             * Format: int64
             * @description Events that say so
             */
            events: number;
            /** Format: date-time */
            first: string;
            /** Format: date-time */
            last: string;
            /**
             * Format: date-time
             * @description When an authentication with the same value succeeded, after the first failure; absent when none did, and for reasons
             */
            succeededAt?: string;
            /** @description What they have in common; absent when the events do not say it */
            value?: string;
        };
        FailedAuthGroups: {
            /**
             * Format: int64
             * @description How many groups there are
             */
            distinct: number;
            /**
             * Format: date-time
             * @description Beginning of the time that was looked at
             */
            from: string;
            /** @enum {string} */
            groupBy: "actor" | "address" | "credential" | "agent" | "reason";
            /** @description Most attempts first */
            groups: components["schemas"]["FailedAuthGroup"][];
            /**
             * Format: int64
             * @description Size of the log that was looked at; a request with it as snapshot finds the same events
             */
            snapshot: number;
            /**
             * Format: date-time
             * @description Its end, which is not included
             */
            to: string;
            /**
             * Format: int64
             * @description Attempts in all groups
             */
            total: number;
        };
        FilterOptions: {
            actions: string[];
            /**
             * Format: date-time
             * @description createdAt of the first event that a list without parameters has
             */
            earliest?: string;
            impersonatorIdentities: string[];
            /**
             * Format: date-time
             * @description createdAt of the last one
             */
            latest?: string;
            resourceTypes: string[];
            serviceAccounts: string[];
            /** @description Names of the lists above that hold only the most frequent values */
            truncated: string[];
            userIdentities: string[];
        };
        Histogram: {
            /** @description In order, without gaps, those without events included */
            buckets: components["schemas"]["HistogramBucket"][];
            /**
             * Format: int64
             * @description Width of each bucket
             */
            bucketSeconds: number;
            /**
             * Format: date-time
             * @description Beginning of the time that was looked at: the parameter, or createdAt of the first matching event; absent without either
             */
            from?: string;
            /**
             * Format: int64
             * @description Size of the log that was looked at; a request with it as snapshot finds the same events
             */
            snapshot: number;
            /**
             * Format: date-time
             * @description Its end, which is not included: the parameter, or just after the last matching event
             */
            to?: string;
            /**
             * Format: int64
             * @description Matching events: the sum of all buckets
             */
            total: number;
        };
        HistogramBucket: {
            /** Format: int64 */
            failure: number;
            /**
             * Format: date-time
             * @description Where the bucket begins; it ends where the next one begins
             */
            from: string;
            /** Format: int64 */
            success: number;
            /**
             * Format: int64
             * @description Events that say nothing of their outcome
             */
            unknown: number;
        };
        InclusionProof: {
            /** @description From the leaf upwards (RFC 9162, 2.1.3) */
            hashes: string[];
            /** @description 32 bytes in base64 */
            leaf: string;
            /** @description 32 bytes in base64 */
            root: string;
            /** @description With text: 16 bytes in base64; absent for an event without personal fields */
            salt?: string;
            /** Format: int64 */
            sequence: number;
            /** Format: int64 */
            size: number;
            /** @description With text: the event as it was recorded, in canonical JSON; absent when dropped */
            text?: string;
        };
        Issue: {
            field: string;
            /**
             * Format: int64
             * @description Of the event in the request, from 0
             */
            index?: number;
            message: string;
        };
        Key: {
            /** Format: date-time */
            createdAt: string;
            /** @description Id of the key that created it, if that is known */
            createdBy?: string;
            /** Format: date-time */
            expiresAt?: string;
            id: string;
            name: string;
            /** @description Identity */
            organisation: string;
            quotas?: components["schemas"]["Quotas"];
            /** Format: date-time */
            revokedAt?: string;
            /** @enum {string} */
            role: "org-admin" | "org-auditor" | "writer";
        };
        KeyList: {
            items: components["schemas"]["Key"][];
            /** @description The cursor of the next page; absent on the last one */
            nextCursor?: string;
        };
        KeyRequest: {
            /**
             * Format: date-time
             * @description RFC 3339; never by default
             */
            expiresAt?: string;
            name: string;
            /** @description Identity or slug; the key’s own organisation by default */
            organisation?: string;
            /** @description For the operator */
            quotas?: components["schemas"]["Quotas"];
            /** @enum {string} */
            role: "org-admin" | "org-auditor" | "writer";
        };
        Link: {
            /** Format: date-time */
            createdAt: string;
            /** @description Id of the key, person or link that created it */
            createdBy: string;
            /**
             * Format: date-time
             * @description Until when it can be opened
             */
            expiresAt: string;
            id: string;
            name: string;
            /** @description Identity */
            organisation: string;
            /** @enum {string} */
            purpose: "passkey" | "sign-in" | "share";
            /** Format: date-time */
            revokedAt?: string;
            /** @enum {string} */
            role: "org-admin" | "org-auditor";
            /**
             * Format: date-time
             * @description When it was opened, if it works once
             */
            usedAt?: string;
        };
        LinkList: {
            items: components["schemas"]["Link"][];
            /** @description The cursor of the next page; absent on the last one */
            nextCursor?: string;
        };
        LinkRequest: {
            /**
             * Format: int64
             * @description Until it expires: 15 by default, 10,080 (a week) to share; at most 10,080, 129,600 (90 days) to share
             */
            minutes?: number;
            /** @description Whom it is for */
            name?: string;
            /** @description Identity or slug; the account’s own organisation by default */
            organisation?: string;
            /**
             * @description `passkey` makes a person who signs in with a passkey, `sign-in` signs a browser in: either works once. `share` signs everybody in who has it, until it expires
             * @enum {string}
             */
            purpose: "passkey" | "sign-in" | "share";
            /**
             * @description `org-auditor` by default, and the only one that is shared
             * @enum {string}
             */
            role?: "org-admin" | "org-auditor";
        };
        Me: {
            key?: components["schemas"]["OwnKey"];
            organisation?: components["schemas"]["OwnOrganisation"];
            /** @description What it may do, such as audit_log:list */
            permissions: string[];
            /** @description If the request came with its cookie */
            session?: components["schemas"]["Session"];
            /** @description Of the server */
            version: string;
        };
        Membership: {
            /** Format: date-time */
            createdAt: string;
            /** @description The id of the key */
            identity: string;
            organisation: components["schemas"]["MembershipOrganisation"];
            /**
             * @description OWNER for org-admin
             * @enum {string}
             */
            role: "OWNER" | "MEMBER";
        };
        MembershipList: components["schemas"]["Membership"][];
        MembershipOrganisation: {
            /** Format: date-time */
            createdAt: string;
            identity: string;
            name: string;
            /** Format: int64 */
            objectVersion: number;
            slug: string;
        };
        Multiproof: {
            /** @description Hashes of all subtrees without an event of a run, in base64 */
            hashes: string;
            /** @description 32 bytes in base64 */
            root: string;
            /** Format: int64 */
            size: number;
            /** @description With texts: of each event of the runs, in their order */
            texts?: {
                /** @description With text: 16 bytes in base64; absent for an event without personal fields */
                salt?: string;
                /** @description With text: the event as it was recorded, in canonical JSON; absent when dropped */
                text?: string;
            }[];
        };
        MultiproofRequest: {
            /** @description Events [from, to) by their sequences, in order and without overlap */
            runs: number[][];
            /**
             * Format: int64
             * @description Size of the log to prove the events for
             */
            size: number;
            /** @description Add the events as they were recorded, and their salts: what the leaves are computed from. For at most 1,000 events */
            texts?: boolean;
        };
        Organisation: {
            /** Format: date-time */
            createdAt: string;
            identity: string;
            name: string;
            personalPaths?: string[];
            quotas?: components["schemas"]["Quotas"];
            slug: string;
        };
        OrganisationList: {
            items: components["schemas"]["Organisation"][];
            /** @description The cursor of the next page; absent on the last one */
            nextCursor?: string;
        };
        OrganisationRequest: {
            name: string;
            /** @description Personal fields of its events besides those that always are, as dotted paths. They can never be changed */
            personalPaths?: string[];
            quotas?: components["schemas"]["Quotas"];
            slug: string;
        };
        /** @description Absent in a session that no key signed in */
        OwnKey: {
            /** Format: date-time */
            createdAt: string;
            /** @description Id of the key that created it */
            createdBy?: string;
            /** Format: date-time */
            expiresAt?: string;
            id: string;
            name: string;
            /** @enum {string} */
            role: "org-admin" | "org-auditor" | "writer" | "operator";
        };
        /** @description Absent for the operator’s key */
        OwnOrganisation: {
            identity: string;
            name: string;
            slug: string;
        };
        PasskeyAssertion: {
            clientExtensionResults: {
                [key: string]: unknown;
            };
            id: string;
            rawId: string;
            response: {
                authenticatorData: string;
                clientDataJSON: string;
                signature: string;
                userHandle?: string;
            } & {
                [key: string]: unknown;
            };
            /** @enum {string} */
            type: "public-key";
        } & {
            [key: string]: unknown;
        };
        PasskeyAttestation: {
            clientExtensionResults: {
                [key: string]: unknown;
            };
            id: string;
            rawId: string;
            response: {
                attestationObject: string;
                clientDataJSON: string;
            } & {
                [key: string]: unknown;
            };
            /** @enum {string} */
            type: "public-key";
        } & {
            [key: string]: unknown;
        };
        PasskeyCreationOptions: {
            challenge: string;
        } & {
            [key: string]: unknown;
        };
        PasskeyEnrolment: {
            /** @description What a link of the purpose `passkey` has behind its # */
            link: string;
            /** @description Of the person; that of the link by default */
            name?: string;
            response: components["schemas"]["PasskeyAttestation"];
        };
        PasskeyRequest: {
            /** @description What a link of the purpose `passkey` has behind its # */
            link: string;
        };
        PasskeyRequestOptions: {
            challenge: string;
        } & {
            [key: string]: unknown;
        };
        PasskeySignIn: {
            response: components["schemas"]["PasskeyAssertion"];
        };
        Person: {
            /** Format: date-time */
            createdAt: string;
            /** @description Id of the key, person or link that created the link */
            createdBy: string;
            /** @description The host that the passkey was made for, and works for */
            host: string;
            id: string;
            name: string;
            /** @description Identity */
            organisation: string;
            /** Format: date-time */
            revokedAt?: string;
            /** @enum {string} */
            role: "org-admin" | "org-auditor";
            /**
             * Format: date-time
             * @description When the passkey was used last
             */
            signedInAt?: string;
        };
        PersonList: {
            items: components["schemas"]["Person"][];
            /** @description The cursor of the next page; absent on the last one */
            nextCursor?: string;
        };
        /** @description What it may record, where that is not what the server says for all */
        Quotas: {
            /**
             * Format: int64
             * @description Bytes in a day; 0 for any number
             */
            bytesPerDay?: number;
            /**
             * Format: int64
             * @description Events in a second; 0 for any number
             */
            eventsPerSecond?: number;
        };
        QuotasChange: {
            quotas: {
                /**
                 * Format: int64
                 * @description Bytes in a day; 0 for any number, null for what the server says for all
                 */
                bytesPerDay?: number | null;
                /**
                 * Format: int64
                 * @description Events in a second; 0 for any number, null for what the server says for all
                 */
                eventsPerSecond?: number | null;
            };
        };
        Receipt: {
            /**
             * Format: int64
             * @description Events that were added
             */
            accepted: number;
            /**
             * Format: int64
             * @description A size of the log that includes all of these events
             */
            checkpointSize: number;
            /**
             * Format: int64
             * @description Drafts that were in the log already, word for word
             */
            duplicates: number;
            /**
             * Format: int64
             * @description Of the first event of the request, whether added now or before
             */
            firstSequence: number;
            /**
             * Format: int64
             * @description Of its last event
             */
            lastSequence: number;
        };
        /** @description One draft, or several. */
        RecordRequest: components["schemas"]["Draft"] | components["schemas"]["DraftList"];
        RevokedKey: {
            /** @description Keys that it created, and that these created, which were valid: they still are, unless withCreated is true */
            created: components["schemas"]["Key"][];
            /** Format: date-time */
            createdAt: string;
            /** @description Id of the key that created it, if that is known */
            createdBy?: string;
            /** @description The same for links that let people in */
            createdLinks?: components["schemas"]["Link"][];
            /** @description The same for people who came by such a link */
            createdPeople?: components["schemas"]["Person"][];
            /** Format: date-time */
            expiresAt?: string;
            id: string;
            name: string;
            /** @description Identity */
            organisation: string;
            /** @description When the disk is full: what is not written yet. The keys are revoked nevertheless, from the next request on */
            owed?: string[];
            quotas?: components["schemas"]["Quotas"];
            /** Format: date-time */
            revokedAt?: string;
            /** @enum {string} */
            role: "org-admin" | "org-auditor" | "writer";
        };
        RevokedLink: {
            /** @description Keys that it created, and that these created, which were valid: they still are, unless withCreated is true */
            created: components["schemas"]["Key"][];
            /** Format: date-time */
            createdAt: string;
            /** @description Id of the key, person or link that created it */
            createdBy: string;
            /** @description The same for links that let people in */
            createdLinks?: components["schemas"]["Link"][];
            /** @description The same for people who came by such a link */
            createdPeople?: components["schemas"]["Person"][];
            /**
             * Format: date-time
             * @description Until when it can be opened
             */
            expiresAt: string;
            id: string;
            name: string;
            /** @description Identity */
            organisation: string;
            /** @description When the disk is full: what is not written yet. The link is revoked nevertheless */
            owed?: string[];
            /** @enum {string} */
            purpose: "passkey" | "sign-in" | "share";
            /** Format: date-time */
            revokedAt?: string;
            /** @enum {string} */
            role: "org-admin" | "org-auditor";
            /**
             * Format: date-time
             * @description When it was opened, if it works once
             */
            usedAt?: string;
        };
        RevokedPerson: {
            /** @description Keys that it created, and that these created, which were valid: they still are, unless withCreated is true */
            created: components["schemas"]["Key"][];
            /** Format: date-time */
            createdAt: string;
            /** @description Id of the key, person or link that created the link */
            createdBy: string;
            /** @description The same for links that let people in */
            createdLinks?: components["schemas"]["Link"][];
            /** @description The same for people who came by such a link */
            createdPeople?: components["schemas"]["Person"][];
            /** @description The host that the passkey was made for, and works for */
            host: string;
            id: string;
            name: string;
            /** @description Identity */
            organisation: string;
            /** @description When the disk is full: what is not written yet. The person is out nevertheless */
            owed?: string[];
            /** Format: date-time */
            revokedAt?: string;
            /** @enum {string} */
            role: "org-admin" | "org-auditor";
            /**
             * Format: date-time
             * @description When the passkey was used last
             */
            signedInAt?: string;
        };
        Search: {
            /** Format: date-time */
            createdAt: string;
            /** @description Id of the key, person or link that saved it */
            createdBy: string;
            id: string;
            name: string;
            query: string;
        };
        SearchChange: {
            name?: string;
            /** @description The query of a list, such as `action=kms.decrypt&from=2026-01-01`, without the ? */
            query?: string;
        };
        SearchList: {
            items: components["schemas"]["Search"][];
            /** @description The cursor of the next page; absent on the last one */
            nextCursor?: string;
        };
        SearchRequest: {
            name: string;
            /** @description The query of a list, such as `action=kms.decrypt&from=2026-01-01`, without the ? */
            query: string;
        };
        Session: {
            /** @description Where it was signed in from */
            clientIp?: string;
            /** Format: date-time */
            createdAt: string;
            /**
             * @description The session of this request
             * @enum {boolean}
             */
            current?: true;
            /**
             * Format: date-time
             * @description When it ends, however much it is used
             */
            expiresAt: string;
            id: string;
            /**
             * Format: date-time
             * @description When it ends if it is not used
             */
            idleExpiresAt: string;
            /** Format: date-time */
            lastUsedAt: string;
            /** @description Absent for the operator */
            organisation?: {
                identity: string;
                name: string;
                slug: string;
            };
            /** @enum {string} */
            role: "org-admin" | "org-auditor" | "writer" | "operator";
            signedInBy: {
                id: string;
                /** @enum {string} */
                kind: "key" | "passkey" | "link";
                name: string;
            };
            userAgent?: string;
        };
        SessionList: {
            items: components["schemas"]["Session"][];
            /** @description The cursor of the next page; absent on the last one */
            nextCursor?: string;
        };
        SignIn: {
            /** @description What a link has behind its #; without a key */
            link?: string;
        };
        TokenError: {
            /** @enum {string} */
            error: "invalid_request" | "invalid_client" | "unsupported_grant_type";
            error_description: string;
        };
        TokenRequest: {
            /** @description Id of a key; not with Basic */
            client_id?: string;
            /** @description Its secret, or the whole key */
            client_secret?: string;
            /** @enum {string} */
            grant_type: "client_credentials";
            /** @description Is ignored */
            scope?: string;
        };
        ValueCount: {
            /** Format: int64 */
            count: number;
            value: string;
        };
        VerifierKeys: {
            /** @description Verifier key of the server: <name>+<id>+<base64> */
            current: string;
            /** @description The fields of an event that its leaf has a commitment for */
            personalPaths: string[];
            /** @description Of the keys that signed before, the latest first; after a space, the size of the log up to which each one vouches */
            previous: string[];
            /** @description Of the witnesses whose cosignatures are kept */
            witnesses: string[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    createToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description The token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccessToken"];
                };
            };
            /** @description The request is wrong */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenError"];
                };
            };
            /** @description The client is unknown */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenError"];
                };
            };
            /** @description More than a stated limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description A content type or encoding that is not read */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description Any of these actions, repeated or comma-joined; create, update, delete, read and list also stand for their HTTP methods */
                action?: string[];
                /** @description Any of these addresses of clients, repeated or comma-joined */
                clientIp?: string[];
                /** @description Any of these country codes, repeated or comma-joined */
                country?: string[];
                /** @description Id of the credential, such as an API key; repeated for any of several */
                credential?: string[];
                /** @description The `nextCursor` of the page before; empty for the first page of a walk */
                cursor?: string;
                /** @description createdAt at or after: RFC 3339, or a date */
                from?: string;
                /** @description Instead of pages: events from this sequence on, in the order they were recorded */
                fromSequence?: number;
                /** @description Identity of the user who acted as somebody else; repeated for any of several */
                impersonatorIdentity?: string[];
                /** @description Include records of system services, Annals’ own among them */
                includeSystemServices?: boolean;
                /** @description Largest number of events; 50 by default, at most 1000: a larger one is lowered */
                limit?: number;
                /** @description By createdAt; desc by default */
                order?: "asc" | "desc";
                /** @description Identity or slug of the organisation */
                organizationIdentity?: string;
                /** @description Outcome of the recorded call; an event may have none */
                outcome?: ("success" | "failure")[];
                /** @description Page number from 1 */
                page?: number;
                /** @description The project; repeated for any of several */
                projectId?: string[];
                /** @description The affected resource; repeated for any of several */
                resourceIdentity?: string[];
                /** @description Any of these resource types, repeated or comma-joined */
                resourceType?: string[];
                /** @description HTTP status of the recorded call, repeated or comma-joined for any of several; 0 means any */
                responseStatus?: number[];
                /** @description A part of the description, without regard to case */
                searchText?: string;
                /** @description Identity of the acting service account; repeated for any of several */
                serviceAccount?: string[];
                /** @description The session; repeated for any of several */
                sessionId?: string[];
                /** @description Size of the log to look at, as in Annals-Snapshot: numbered pages then stay as they are while events arrive */
                snapshot?: number;
                /** @description createdAt before: RFC 3339; or a date, that day included */
                to?: string;
                /** @description The trace; repeated for any of several */
                traceId?: string[];
                /** @description Identity of the acting user; repeated for any of several */
                userIdentity?: string[];
                /** @description What to leave out: each member is a parameter of its own, such as -action=GET */
                without?: {
                    /** @description Leave out events with this action; repeat it for several */
                    "-action"?: string;
                    /** @description Leave out events with this address of the client; repeat it for several */
                    "-clientIp"?: string;
                    /** @description Leave out events with this country code; repeat it for several */
                    "-country"?: string;
                    /** @description Leave out events with this id of the credential; repeat it for several */
                    "-credential"?: string;
                    /** @description Leave out events with this user who acted as somebody else; repeat it for several */
                    "-impersonatorIdentity"?: string;
                    /**
                     * @description Leave out events with this outcome; repeat it for several
                     * @enum {string}
                     */
                    "-outcome"?: "success" | "failure";
                    /** @description Leave out events with this project; repeat it for several */
                    "-projectId"?: string;
                    /** @description Leave out events with this resource; repeat it for several */
                    "-resourceIdentity"?: string;
                    /** @description Leave out events with this resource type; repeat it for several */
                    "-resourceType"?: string;
                    /**
                     * Format: int64
                     * @description Leave out events with this HTTP status; repeat it for several
                     */
                    "-responseStatus"?: number;
                    /** @description Leave out events with this part of the description; repeat it for several */
                    "-searchText"?: string;
                    /** @description Leave out events with this acting service account; repeat it for several */
                    "-serviceAccount"?: string;
                    /** @description Leave out events with this session; repeat it for several */
                    "-sessionId"?: string;
                    /** @description Leave out events with this trace; repeat it for several */
                    "-traceId"?: string;
                    /** @description Leave out events with this acting user; repeat it for several */
                    "-userIdentity"?: string;
                };
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    /** @description Only when events that might be in the response were dropped because their retention is over: the first sequence that the log has */
                    "Annals-Kept-From"?: number;
                    /** @description Size of the log that was looked at; a request with it as snapshot finds the same events */
                    "Annals-Snapshot"?: number;
                    /** @description The next page, as rel="next"; absent on the last page */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventList"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event’s id */
                eventID: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getCheckpoint: {
        parameters: {
            query?: {
                /** @description The checkpoint issued at this size */
                size?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A signed note (C2SP tlog-checkpoint) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    addCosignatures: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/plain": string;
            };
        };
        responses: {
            /** @description The checkpoint with all cosignatures that are kept */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description What is there already contradicts the request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description More than a stated limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description A content type or encoding that is not read */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    eraseUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ErasureRequest"];
            };
        };
        responses: {
            /** @description They are erased */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Erasure"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description More than a stated limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description A content type or encoding that is not read */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    recordEvents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecordRequest"];
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description The events are durable and can be read */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Receipt"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description What is there already contradicts the request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description More than a stated limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description A content type or encoding that is not read */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    exportEvents: {
        parameters: {
            query?: {
                /** @description Any of these actions, repeated or comma-joined; create, update, delete, read and list also stand for their HTTP methods */
                action?: string[];
                /** @description Go on after this event: its createdAt and sequence, joined by a slash, such as 2026-06-20T08:14:03.512904Z/41 */
                after?: string;
                /** @description Any of these addresses of clients, repeated or comma-joined */
                clientIp?: string[];
                /** @description Any of these country codes, repeated or comma-joined */
                country?: string[];
                /** @description Id of the credential, such as an API key; repeated for any of several */
                credential?: string[];
                /** @description json by default */
                format?: "json" | "ndjson" | "csv";
                /** @description createdAt at or after: RFC 3339, or a date */
                from?: string;
                /** @description Identity of the user who acted as somebody else; repeated for any of several */
                impersonatorIdentity?: string[];
                /** @description Include records of system services, Annals’ own among them */
                includeSystemServices?: boolean;
                /** @description By createdAt; asc by default */
                order?: "asc" | "desc";
                /** @description Identity or slug of the organisation */
                organizationIdentity?: string;
                /** @description Outcome of the recorded call; an event may have none */
                outcome?: ("success" | "failure")[];
                /** @description The project; repeated for any of several */
                projectId?: string[];
                /** @description Leave out the personal fields; what remains still verifies */
                redact?: "personal";
                /** @description The affected resource; repeated for any of several */
                resourceIdentity?: string[];
                /** @description Any of these resource types, repeated or comma-joined */
                resourceType?: string[];
                /** @description HTTP status of the recorded call, repeated or comma-joined for any of several; 0 means any */
                responseStatus?: number[];
                /** @description With ndjson: each line is {"salt", "event"}, the salt in base64 or null, so that the events can be proved */
                salts?: boolean;
                /** @description A part of the description, without regard to case */
                searchText?: string;
                /** @description Identity of the acting service account; repeated for any of several */
                serviceAccount?: string[];
                /** @description The session; repeated for any of several */
                sessionId?: string[];
                /** @description Size of the log to look at, as in Annals-Snapshot */
                snapshot?: number;
                /** @description createdAt before: RFC 3339; or a date, that day included */
                to?: string;
                /** @description The trace; repeated for any of several */
                traceId?: string[];
                /** @description Identity of the acting user; repeated for any of several */
                userIdentity?: string[];
                /** @description What to leave out: each member is a parameter of its own, such as -action=GET */
                without?: {
                    /** @description Leave out events with this action; repeat it for several */
                    "-action"?: string;
                    /** @description Leave out events with this address of the client; repeat it for several */
                    "-clientIp"?: string;
                    /** @description Leave out events with this country code; repeat it for several */
                    "-country"?: string;
                    /** @description Leave out events with this id of the credential; repeat it for several */
                    "-credential"?: string;
                    /** @description Leave out events with this user who acted as somebody else; repeat it for several */
                    "-impersonatorIdentity"?: string;
                    /**
                     * @description Leave out events with this outcome; repeat it for several
                     * @enum {string}
                     */
                    "-outcome"?: "success" | "failure";
                    /** @description Leave out events with this project; repeat it for several */
                    "-projectId"?: string;
                    /** @description Leave out events with this resource; repeat it for several */
                    "-resourceIdentity"?: string;
                    /** @description Leave out events with this resource type; repeat it for several */
                    "-resourceType"?: string;
                    /**
                     * Format: int64
                     * @description Leave out events with this HTTP status; repeat it for several
                     */
                    "-responseStatus"?: number;
                    /** @description Leave out events with this part of the description; repeat it for several */
                    "-searchText"?: string;
                    /** @description Leave out events with this acting service account; repeat it for several */
                    "-serviceAccount"?: string;
                    /** @description Leave out events with this session; repeat it for several */
                    "-sessionId"?: string;
                    /** @description Leave out events with this trace; repeat it for several */
                    "-traceId"?: string;
                    /** @description Leave out events with this acting user; repeat it for several */
                    "-userIdentity"?: string;
                };
            };
            header?: {
                /** @description Names zstd, and not identity before it, for a body packed as zstd: several frames, one after the other (RFC 8878) */
                "Accept-Encoding"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events, in the format that was requested */
            200: {
                headers: {
                    /** @description Only when events that might be in the response were dropped because their retention is over: the first sequence that the log has */
                    "Annals-Kept-From"?: number;
                    /** @description Size of the log that was looked at; a request with it as snapshot finds the same events */
                    "Annals-Snapshot"?: number;
                    /** @description A name for the body when it is saved as a file */
                    "Content-Disposition"?: string;
                    /** @description When it was requested and the body is packed; absent otherwise */
                    "Content-Encoding"?: "zstd";
                    /** @description What comes after a whole body, except by HTTP/1.0: Annals-Export-Complete, which is true, and Annals-Export-Count, the number of events */
                    Trailer?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Events"];
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getFacets: {
        parameters: {
            query?: {
                /** @description Any of these actions, repeated or comma-joined; create, update, delete, read and list also stand for their HTTP methods */
                action?: string[];
                /** @description Any of these addresses of clients, repeated or comma-joined */
                clientIp?: string[];
                /** @description Any of these country codes, repeated or comma-joined */
                country?: string[];
                /** @description Id of the credential, such as an API key; repeated for any of several */
                credential?: string[];
                /** @description The filters whose values are wanted; action, outcome, resourceType, userIdentity, serviceAccount, clientIp, responseStatus by default */
                facet?: ("action" | "resourceType" | "resourceIdentity" | "userIdentity" | "serviceAccount" | "impersonatorIdentity" | "responseStatus" | "outcome" | "clientIp" | "traceId" | "sessionId" | "projectId" | "credential" | "country")[];
                /** @description createdAt at or after: RFC 3339, or a date */
                from?: string;
                /** @description Identity of the user who acted as somebody else; repeated for any of several */
                impersonatorIdentity?: string[];
                /** @description Include records of system services, Annals’ own among them */
                includeSystemServices?: boolean;
                /** @description Largest number of values of each facet; 10 by default */
                limit?: number;
                /** @description Identity or slug of the organisation */
                organizationIdentity?: string;
                /** @description Outcome of the recorded call; an event may have none */
                outcome?: ("success" | "failure")[];
                /** @description The project; repeated for any of several */
                projectId?: string[];
                /** @description The affected resource; repeated for any of several */
                resourceIdentity?: string[];
                /** @description Any of these resource types, repeated or comma-joined */
                resourceType?: string[];
                /** @description HTTP status of the recorded call, repeated or comma-joined for any of several; 0 means any */
                responseStatus?: number[];
                /** @description Only values that contain this text, without regard to case */
                search?: string;
                /** @description A part of the description, without regard to case */
                searchText?: string;
                /** @description Identity of the acting service account; repeated for any of several */
                serviceAccount?: string[];
                /** @description The session; repeated for any of several */
                sessionId?: string[];
                /** @description Size of the log to look at, as in a response before */
                snapshot?: number;
                /** @description createdAt before: RFC 3339; or a date, that day included */
                to?: string;
                /** @description The trace; repeated for any of several */
                traceId?: string[];
                /** @description Identity of the acting user; repeated for any of several */
                userIdentity?: string[];
                /** @description What to leave out: each member is a parameter of its own, such as -action=GET */
                without?: {
                    /** @description Leave out events with this action; repeat it for several */
                    "-action"?: string;
                    /** @description Leave out events with this address of the client; repeat it for several */
                    "-clientIp"?: string;
                    /** @description Leave out events with this country code; repeat it for several */
                    "-country"?: string;
                    /** @description Leave out events with this id of the credential; repeat it for several */
                    "-credential"?: string;
                    /** @description Leave out events with this user who acted as somebody else; repeat it for several */
                    "-impersonatorIdentity"?: string;
                    /**
                     * @description Leave out events with this outcome; repeat it for several
                     * @enum {string}
                     */
                    "-outcome"?: "success" | "failure";
                    /** @description Leave out events with this project; repeat it for several */
                    "-projectId"?: string;
                    /** @description Leave out events with this resource; repeat it for several */
                    "-resourceIdentity"?: string;
                    /** @description Leave out events with this resource type; repeat it for several */
                    "-resourceType"?: string;
                    /**
                     * Format: int64
                     * @description Leave out events with this HTTP status; repeat it for several
                     */
                    "-responseStatus"?: number;
                    /** @description Leave out events with this part of the description; repeat it for several */
                    "-searchText"?: string;
                    /** @description Leave out events with this acting service account; repeat it for several */
                    "-serviceAccount"?: string;
                    /** @description Leave out events with this session; repeat it for several */
                    "-sessionId"?: string;
                    /** @description Leave out events with this trace; repeat it for several */
                    "-traceId"?: string;
                    /** @description Leave out events with this acting user; repeat it for several */
                    "-userIdentity"?: string;
                };
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The values */
            200: {
                headers: {
                    /** @description Only when events that might be in the response were dropped because their retention is over: the first sequence that the log has */
                    "Annals-Kept-From"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Facets"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    listFailedAuthentications: {
        parameters: {
            query?: {
                /** @description Any of these actions, repeated or comma-joined; create, update, delete, read and list also stand for their HTTP methods */
                action?: string[];
                /** @description Any of these addresses of clients, repeated or comma-joined */
                clientIp?: string[];
                /** @description Any of these country codes, repeated or comma-joined */
                country?: string[];
                /** @description Id of the credential, such as an API key; repeated for any of several */
                credential?: string[];
                /** @description The `nextCursor` of the page before; empty for the first page of a walk */
                cursor?: string;
                /** @description createdAt at or after: RFC 3339, or a date */
                from?: string;
                /** @description Identity of the user who acted as somebody else; repeated for any of several */
                impersonatorIdentity?: string[];
                /** @description Include records of system services, Annals’ own among them */
                includeSystemServices?: boolean;
                /** @description Largest number of events; 50 by default, at most 1000: a larger one is lowered */
                limit?: number;
                /** @description By createdAt; desc by default */
                order?: "asc" | "desc";
                /** @description Identity or slug of the organisation */
                organizationIdentity?: string;
                /** @description Outcome of the recorded call; an event may have none */
                outcome?: ("success" | "failure")[];
                /** @description Page number from 1 */
                page?: number;
                /** @description The project; repeated for any of several */
                projectId?: string[];
                /** @description The affected resource; repeated for any of several */
                resourceIdentity?: string[];
                /** @description Any of these resource types, repeated or comma-joined */
                resourceType?: string[];
                /** @description HTTP status of the recorded call, repeated or comma-joined for any of several; 0 means any */
                responseStatus?: number[];
                /** @description A part of the description, without regard to case */
                searchText?: string;
                /** @description Identity of the acting service account; repeated for any of several */
                serviceAccount?: string[];
                /** @description The session; repeated for any of several */
                sessionId?: string[];
                /** @description Size of the log to look at, as in Annals-Snapshot: numbered pages then stay as they are while events arrive */
                snapshot?: number;
                /** @description createdAt before: RFC 3339; or a date, that day included */
                to?: string;
                /** @description The trace; repeated for any of several */
                traceId?: string[];
                /** @description Identity of the acting user; repeated for any of several */
                userIdentity?: string[];
                /** @description What to leave out: each member is a parameter of its own, such as -action=GET */
                without?: {
                    /** @description Leave out events with this action; repeat it for several */
                    "-action"?: string;
                    /** @description Leave out events with this address of the client; repeat it for several */
                    "-clientIp"?: string;
                    /** @description Leave out events with this country code; repeat it for several */
                    "-country"?: string;
                    /** @description Leave out events with this id of the credential; repeat it for several */
                    "-credential"?: string;
                    /** @description Leave out events with this user who acted as somebody else; repeat it for several */
                    "-impersonatorIdentity"?: string;
                    /**
                     * @description Leave out events with this outcome; repeat it for several
                     * @enum {string}
                     */
                    "-outcome"?: "success" | "failure";
                    /** @description Leave out events with this project; repeat it for several */
                    "-projectId"?: string;
                    /** @description Leave out events with this resource; repeat it for several */
                    "-resourceIdentity"?: string;
                    /** @description Leave out events with this resource type; repeat it for several */
                    "-resourceType"?: string;
                    /**
                     * Format: int64
                     * @description Leave out events with this HTTP status; repeat it for several
                     */
                    "-responseStatus"?: number;
                    /** @description Leave out events with this part of the description; repeat it for several */
                    "-searchText"?: string;
                    /** @description Leave out events with this acting service account; repeat it for several */
                    "-serviceAccount"?: string;
                    /** @description Leave out events with this session; repeat it for several */
                    "-sessionId"?: string;
                    /** @description Leave out events with this trace; repeat it for several */
                    "-traceId"?: string;
                    /** @description Leave out events with this acting user; repeat it for several */
                    "-userIdentity"?: string;
                };
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    /** @description Only when events that might be in the response were dropped because their retention is over: the first sequence that the log has */
                    "Annals-Kept-From"?: number;
                    /** @description Size of the log that was looked at; a request with it as snapshot finds the same events */
                    "Annals-Snapshot"?: number;
                    /** @description The next page, as rel="next"; absent on the last page */
                    Link?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventList"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    groupFailedAuthentications: {
        parameters: {
            query: {
                /** @description Any of these actions, repeated or comma-joined; create, update, delete, read and list also stand for their HTTP methods */
                action?: string[];
                /** @description Any of these addresses of clients, repeated or comma-joined */
                clientIp?: string[];
                /** @description Any of these country codes, repeated or comma-joined */
                country?: string[];
                /** @description Id of the credential, such as an API key; repeated for any of several */
                credential?: string[];
                /** @description createdAt at or after: RFC 3339, or a date */
                from?: string;
                /** @description What the failures of a group have in common */
                groupBy: "actor" | "address" | "credential" | "agent" | "reason";
                /** @description Identity of the user who acted as somebody else; repeated for any of several */
                impersonatorIdentity?: string[];
                /** @description Include records of system services, Annals’ own among them */
                includeSystemServices?: boolean;
                /** @description Largest number of groups; 100 by default */
                limit?: number;
                /** @description Identity or slug of the organisation */
                organizationIdentity?: string;
                /** @description Outcome of the recorded call; an event may have none */
                outcome?: ("success" | "failure")[];
                /** @description The project; repeated for any of several */
                projectId?: string[];
                /** @description The affected resource; repeated for any of several */
                resourceIdentity?: string[];
                /** @description Any of these resource types, repeated or comma-joined */
                resourceType?: string[];
                /** @description HTTP status of the recorded call, repeated or comma-joined for any of several; 0 means any */
                responseStatus?: number[];
                /** @description A part of the description, without regard to case */
                searchText?: string;
                /** @description Identity of the acting service account; repeated for any of several */
                serviceAccount?: string[];
                /** @description The session; repeated for any of several */
                sessionId?: string[];
                /** @description Size of the log to look at, as in a response before */
                snapshot?: number;
                /** @description createdAt before: RFC 3339; or a date, that day included */
                to?: string;
                /** @description The trace; repeated for any of several */
                traceId?: string[];
                /** @description Identity of the acting user; repeated for any of several */
                userIdentity?: string[];
                /** @description What to leave out: each member is a parameter of its own, such as -action=GET */
                without?: {
                    /** @description Leave out events with this action; repeat it for several */
                    "-action"?: string;
                    /** @description Leave out events with this address of the client; repeat it for several */
                    "-clientIp"?: string;
                    /** @description Leave out events with this country code; repeat it for several */
                    "-country"?: string;
                    /** @description Leave out events with this id of the credential; repeat it for several */
                    "-credential"?: string;
                    /** @description Leave out events with this user who acted as somebody else; repeat it for several */
                    "-impersonatorIdentity"?: string;
                    /**
                     * @description Leave out events with this outcome; repeat it for several
                     * @enum {string}
                     */
                    "-outcome"?: "success" | "failure";
                    /** @description Leave out events with this project; repeat it for several */
                    "-projectId"?: string;
                    /** @description Leave out events with this resource; repeat it for several */
                    "-resourceIdentity"?: string;
                    /** @description Leave out events with this resource type; repeat it for several */
                    "-resourceType"?: string;
                    /**
                     * Format: int64
                     * @description Leave out events with this HTTP status; repeat it for several
                     */
                    "-responseStatus"?: number;
                    /** @description Leave out events with this part of the description; repeat it for several */
                    "-searchText"?: string;
                    /** @description Leave out events with this acting service account; repeat it for several */
                    "-serviceAccount"?: string;
                    /** @description Leave out events with this session; repeat it for several */
                    "-sessionId"?: string;
                    /** @description Leave out events with this trace; repeat it for several */
                    "-traceId"?: string;
                    /** @description Leave out events with this acting user; repeat it for several */
                    "-userIdentity"?: string;
                };
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The groups */
            200: {
                headers: {
                    /** @description Only when events that might be in the response were dropped because their retention is over: the first sequence that the log has */
                    "Annals-Kept-From"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FailedAuthGroups"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getFilterOptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The values */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FilterOptions"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getHistogram: {
        parameters: {
            query?: {
                /** @description Any of these actions, repeated or comma-joined; create, update, delete, read and list also stand for their HTTP methods */
                action?: string[];
                /** @description Largest number of buckets; 60 by default */
                buckets?: number;
                /** @description Any of these addresses of clients, repeated or comma-joined */
                clientIp?: string[];
                /** @description Any of these country codes, repeated or comma-joined */
                country?: string[];
                /** @description Id of the credential, such as an API key; repeated for any of several */
                credential?: string[];
                /** @description createdAt at or after: RFC 3339, or a date */
                from?: string;
                /** @description Identity of the user who acted as somebody else; repeated for any of several */
                impersonatorIdentity?: string[];
                /** @description Include records of system services, Annals’ own among them */
                includeSystemServices?: boolean;
                /** @description Minutes by which the clocks of a zone are ahead of UTC: buckets then begin at round times of that zone */
                offsetMinutes?: number;
                /** @description Identity or slug of the organisation */
                organizationIdentity?: string;
                /** @description Outcome of the recorded call; an event may have none */
                outcome?: ("success" | "failure")[];
                /** @description The project; repeated for any of several */
                projectId?: string[];
                /** @description The affected resource; repeated for any of several */
                resourceIdentity?: string[];
                /** @description Any of these resource types, repeated or comma-joined */
                resourceType?: string[];
                /** @description HTTP status of the recorded call, repeated or comma-joined for any of several; 0 means any */
                responseStatus?: number[];
                /** @description A part of the description, without regard to case */
                searchText?: string;
                /** @description Identity of the acting service account; repeated for any of several */
                serviceAccount?: string[];
                /** @description The session; repeated for any of several */
                sessionId?: string[];
                /** @description Size of the log to look at, as in a response before */
                snapshot?: number;
                /** @description createdAt before: RFC 3339; or a date, that day included */
                to?: string;
                /** @description The trace; repeated for any of several */
                traceId?: string[];
                /** @description Identity of the acting user; repeated for any of several */
                userIdentity?: string[];
                /** @description What to leave out: each member is a parameter of its own, such as -action=GET */
                without?: {
                    /** @description Leave out events with this action; repeat it for several */
                    "-action"?: string;
                    /** @description Leave out events with this address of the client; repeat it for several */
                    "-clientIp"?: string;
                    /** @description Leave out events with this country code; repeat it for several */
                    "-country"?: string;
                    /** @description Leave out events with this id of the credential; repeat it for several */
                    "-credential"?: string;
                    /** @description Leave out events with this user who acted as somebody else; repeat it for several */
                    "-impersonatorIdentity"?: string;
                    /**
                     * @description Leave out events with this outcome; repeat it for several
                     * @enum {string}
                     */
                    "-outcome"?: "success" | "failure";
                    /** @description Leave out events with this project; repeat it for several */
                    "-projectId"?: string;
                    /** @description Leave out events with this resource; repeat it for several */
                    "-resourceIdentity"?: string;
                    /** @description Leave out events with this resource type; repeat it for several */
                    "-resourceType"?: string;
                    /**
                     * Format: int64
                     * @description Leave out events with this HTTP status; repeat it for several
                     */
                    "-responseStatus"?: number;
                    /** @description Leave out events with this part of the description; repeat it for several */
                    "-searchText"?: string;
                    /** @description Leave out events with this acting service account; repeat it for several */
                    "-serviceAccount"?: string;
                    /** @description Leave out events with this session; repeat it for several */
                    "-sessionId"?: string;
                    /** @description Leave out events with this trace; repeat it for several */
                    "-traceId"?: string;
                    /** @description Leave out events with this acting user; repeat it for several */
                    "-userIdentity"?: string;
                };
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The counts */
            200: {
                headers: {
                    /** @description Only when events that might be in the response were dropped because their retention is over: the first sequence that the log has */
                    "Annals-Kept-From"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Histogram"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getVerifierKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Verifier keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerifierKeys"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getConsistencyProof: {
        parameters: {
            query: {
                /** @description The smaller size */
                from: number;
                /** @description The larger size; that of the newest checkpoint by default */
                to?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The proof */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsistencyProof"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getInclusionProof: {
        parameters: {
            query?: {
                /** @description The event to prove, by its id */
                eventID?: string;
                /** @description The event to prove, by its sequence */
                sequence?: number;
                /** @description Size of the log to prove it for; that of the newest checkpoint by default */
                size?: number;
                /** @description Add the event as it was recorded, and its salt: what the leaf is computed from */
                text?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The proof */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InclusionProof"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    createMultiproof: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MultiproofRequest"];
            };
        };
        responses: {
            /** @description The proof */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Multiproof"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description More than a stated limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description A content type or encoding that is not read */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getEventBySequence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event’s number in its log, from 0 */
                sequence: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description It was there, and is not kept any more */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    streamEvents: {
        parameters: {
            query?: {
                /** @description Any of these actions, repeated or comma-joined; create, update, delete, read and list also stand for their HTTP methods */
                action?: string[];
                /** @description Any of these addresses of clients, repeated or comma-joined */
                clientIp?: string[];
                /** @description Any of these country codes, repeated or comma-joined */
                country?: string[];
                /** @description Id of the credential, such as an API key; repeated for any of several */
                credential?: string[];
                /** @description createdAt at or after: RFC 3339, or a date */
                from?: string;
                /** @description The first sequence; without it the stream begins with the next event */
                fromSequence?: number;
                /** @description Identity of the user who acted as somebody else; repeated for any of several */
                impersonatorIdentity?: string[];
                /** @description Include records of system services, Annals’ own among them */
                includeSystemServices?: boolean;
                /** @description Identity or slug of the organisation */
                organizationIdentity?: string;
                /** @description Outcome of the recorded call; an event may have none */
                outcome?: ("success" | "failure")[];
                /** @description The project; repeated for any of several */
                projectId?: string[];
                /** @description The affected resource; repeated for any of several */
                resourceIdentity?: string[];
                /** @description Any of these resource types, repeated or comma-joined */
                resourceType?: string[];
                /** @description HTTP status of the recorded call, repeated or comma-joined for any of several; 0 means any */
                responseStatus?: number[];
                /** @description A part of the description, without regard to case */
                searchText?: string;
                /** @description Identity of the acting service account; repeated for any of several */
                serviceAccount?: string[];
                /** @description The session; repeated for any of several */
                sessionId?: string[];
                /** @description createdAt before: RFC 3339; or a date, that day included */
                to?: string;
                /** @description The trace; repeated for any of several */
                traceId?: string[];
                /** @description Identity of the acting user; repeated for any of several */
                userIdentity?: string[];
                /** @description What to leave out: each member is a parameter of its own, such as -action=GET */
                without?: {
                    /** @description Leave out events with this action; repeat it for several */
                    "-action"?: string;
                    /** @description Leave out events with this address of the client; repeat it for several */
                    "-clientIp"?: string;
                    /** @description Leave out events with this country code; repeat it for several */
                    "-country"?: string;
                    /** @description Leave out events with this id of the credential; repeat it for several */
                    "-credential"?: string;
                    /** @description Leave out events with this user who acted as somebody else; repeat it for several */
                    "-impersonatorIdentity"?: string;
                    /**
                     * @description Leave out events with this outcome; repeat it for several
                     * @enum {string}
                     */
                    "-outcome"?: "success" | "failure";
                    /** @description Leave out events with this project; repeat it for several */
                    "-projectId"?: string;
                    /** @description Leave out events with this resource; repeat it for several */
                    "-resourceIdentity"?: string;
                    /** @description Leave out events with this resource type; repeat it for several */
                    "-resourceType"?: string;
                    /**
                     * Format: int64
                     * @description Leave out events with this HTTP status; repeat it for several
                     */
                    "-responseStatus"?: number;
                    /** @description Leave out events with this part of the description; repeat it for several */
                    "-searchText"?: string;
                    /** @description Leave out events with this acting service account; repeat it for several */
                    "-serviceAccount"?: string;
                    /** @description Leave out events with this session; repeat it for several */
                    "-sessionId"?: string;
                    /** @description Leave out events with this trace; repeat it for several */
                    "-traceId"?: string;
                    /** @description Leave out events with this acting user; repeat it for several */
                    "-userIdentity"?: string;
                };
            };
            header?: {
                /** @description The id that came last: the stream goes on after it, whatever fromSequence says */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description What is there already contradicts the request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getTile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Level */
                L: number;
                /** @description Index of the tile, such as 067 or x001/x234/067; with .p/<width> if it is partial */
                N: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tile, byte by byte as in C2SP tlog-tiles */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getEntryBundle: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Index of the tile, such as 067 or x001/x234/067; with .p/<width> if it is partial */
                N: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tile, byte by byte as in C2SP tlog-tiles */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description It was there, and is not kept any more */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    listKeys: {
        parameters: {
            query?: {
                /** @description The `nextCursor` of the page before; empty for the first page */
                cursor?: string;
                /** @description Most items of the page; 1000 by default, and at most */
                limit?: number;
                /** @description Identity or slug; the key’s own organisation by default */
                organisation?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyList"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyRequest"];
            };
        };
        responses: {
            /** @description The key */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedKey"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description More than a stated limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description A content type or encoding that is not read */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    revokeKey: {
        parameters: {
            query?: {
                /** @description Revoke the keys that it created too, and those that these created */
                withCreated?: boolean;
            };
            header?: never;
            path: {
                /** @description The key’s id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The revoked key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevokedKey"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    updateKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key’s id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QuotasChange"];
            };
        };
        responses: {
            /** @description The key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description More than a stated limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description A content type or encoding that is not read */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    listLinks: {
        parameters: {
            query?: {
                /** @description The `nextCursor` of the page before; empty for the first page */
                cursor?: string;
                /** @description Most items of the page; 1000 by default, and at most */
                limit?: number;
                /** @description Identity or slug; the account’s own organisation by default */
                organisation?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The links */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkList"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    createLink: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkRequest"];
            };
        };
        responses: {
            /** @description The link */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedLink"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description What is there already contradicts the request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description More than a stated limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description A content type or encoding that is not read */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    revokeLink: {
        parameters: {
            query?: {
                /** @description Also revoke the keys that people who opened it have created, and the keys that those have created */
                withCreated?: boolean;
            };
            header?: never;
            path: {
                /** @description The link’s id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The link */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevokedLink"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    listMemberships: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MembershipList"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    listOrganisations: {
        parameters: {
            query?: {
                /** @description The `nextCursor` of the page before; empty for the first page */
                cursor?: string;
                /** @description Most items of the page; 1000 by default, and at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The organisations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganisationList"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    createOrganisation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrganisationRequest"];
            };
        };
        responses: {
            /** @description The organisation */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organisation"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description What is there already contradicts the request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description More than a stated limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description A content type or encoding that is not read */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    updateOrganisation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Identity or slug */
                organisation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QuotasChange"];
            };
        };
        responses: {
            /** @description The organisation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organisation"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description More than a stated limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description A content type or encoding that is not read */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    createPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyEnrolment"];
            };
        };
        responses: {
            /** @description The person and the session */
            201: {
                headers: {
                    /** @description `__Host-annals`, for browsers alone */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolledPerson"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description More than a stated limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description A content type or encoding that is not read */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    createPasskeyOptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyRequest"];
            };
        };
        responses: {
            /** @description For PublicKeyCredential.parseCreationOptionsFromJSON */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyCreationOptions"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description More than a stated limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description A content type or encoding that is not read */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    listPeople: {
        parameters: {
            query?: {
                /** @description The `nextCursor` of the page before; empty for the first page */
                cursor?: string;
                /** @description Most items of the page; 1000 by default, and at most */
                limit?: number;
                /** @description Identity or slug; the account’s own organisation by default */
                organisation?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The people */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonList"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    revokePerson: {
        parameters: {
            query?: {
                /** @description Revoke what the person created too, and what these created */
                withCreated?: boolean;
            };
            header?: never;
            path: {
                /** @description The person’s id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The person */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevokedPerson"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    listSearches: {
        parameters: {
            query?: {
                /** @description The `nextCursor` of the page before; empty for the first page */
                cursor?: string;
                /** @description Most items of the page; 1000 by default, and at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The searches */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchList"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    createSearch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SearchRequest"];
            };
        };
        responses: {
            /** @description The search */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Search"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description What is there already contradicts the request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description More than a stated limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description A content type or encoding that is not read */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    deleteSearch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The search’s id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The search */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Search"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    updateSearch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The search’s id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SearchChange"];
            };
        };
        responses: {
            /** @description The search */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Search"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description What is there already contradicts the request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description More than a stated limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description A content type or encoding that is not read */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    listSessions: {
        parameters: {
            query?: {
                /** @description The `nextCursor` of the page before; empty for the first page */
                cursor?: string;
                /** @description Most items of the page; 1000 by default, and at most */
                limit?: number;
                /** @description Identity or slug, for the operator: the sessions of this organisation instead */
                organisation?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The sessions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    createSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description The session */
            201: {
                headers: {
                    /** @description `__Host-annals`, for browsers alone */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description More than a stated limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description A content type or encoding that is not read */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a session, or `current` for that of the cookie */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session that has ended */
            200: {
                headers: {
                    /** @description `__Host-annals`, for browsers alone */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    createSessionByPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeySignIn"];
            };
        };
        responses: {
            /** @description The session */
            201: {
                headers: {
                    /** @description `__Host-annals`, for browsers alone */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description More than a stated limit */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description A content type or encoding that is not read */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
    createSignInOptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description For PublicKeyCredential.parseRequestOptionsFromJSON */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyRequestOptions"];
                };
            };
            /** @description Something in the request is wrong; `errors` says what */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The credential is missing, unknown, revoked or expired */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The role of the key does not allow this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Nothing of that name that this key may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description Too many requests, bodies or waiting events; try again after Retry-After seconds */
            429: {
                headers: {
                    /** @description Seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description First line and headers have more than 16,384 bytes */
            431: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
            /** @description The server is stopping, its disk is full, or the outcome is unknown: try again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorResponse"];
                };
            };
        };
    };
}
