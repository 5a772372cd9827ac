import { _t } from "@web/core/l10n/translation";

/** Channels of notices, and the call that follows one: icon and name. */
const CHANNELS = {
    email: ["fa-envelope-o", _t("E-mail")],
    letter: ["fa-file-text-o", _t("Letter")],
    call: ["fa-phone", _t("Call task")],
    sms: ["fa-commenting-o", _t("SMS")],
};

/**
 * @param {string} name of a channel
 * @returns {{name: string, icon: string, label: string}} also of one that an addon has added
 */
export function channelOf(name) {
    const [icon, label] = CHANNELS[name] || ["fa-paper-plane-o", name];
    return { name, icon, label };
}
