"""Every address that takes a form says what a second sending of it does."""

import inspect
import sys

import pytest

from tests.web.test_access import addresses

KEYED = """
debtor.act_contact debtor.act_dispute debtor.act_hardship debtor.act_paid debtor.act_promise
debtor.act_talk debtor.data_request debtor.plan_choose debtor.plan_escalate
office.agreement_accept office.agreement_make office.agreement_settle office.debtor_payment
 office.debtor_talk_answer office.payment_credit_use office.payment_refund
office.receivable_act_do
"""
"""The form carries a key of its own: what was done with it is done once."""

SEEN = """
office.bank_line_split_do office.bulk_do office.campaign_ask_go office.campaign_edit_act
office.campaign_edit_add office.campaign_edit_ask office.campaign_edit_audience_save
office.campaign_edit_discard office.campaign_edit_save office.campaign_edit_step_save
office.campaign_release office.debtor_change office.guide_drop office.guide_save
office.report_schedule_edit office.settings_account_edit office.settings_channel_set_up
office.settings_contact_save office.settings_describe office.settings_payment_up
office.settings_policy_publish office.subscription_act office.text_save office.text_standard
office.user_change
"""
"""The form says what it showed: what another has changed meanwhile is not changed unseen."""

ONE_ROW = """
auth.accept auth.choose_password debtor.act_survey hooks.channels hooks.pix
office.ask_approval office.campaign_create office.campaign_simulate office.debtor_contact
office.debtor_create office.debtor_dispute office.debtor_document_add office.debtor_hold
office.debtor_note office.debtor_promise office.import_receive office.inbox_mend
office.portfolio_mail_now office.receivable_document_add office.remark_step office.remark_text
office.reply_dispute office.reply_promise office.report_build office.report_dossier
office.report_send office.settings_account_open office.settings_holiday_add
office.settings_payment_add office.subscription_begin office.text_new office.user_invite
office.workspace_create
"""
"""What the first sending made is found again, or the second is refused in words."""

ONE_MOVE = """
auth.confirm_second_factor auth.drop_second_factor debtor.channel_stop debtor.leave debtor.resume
debtor.stop office.agreement_cancel office.agreement_refuse office.bank_line_choose
office.bulk_undo office.campaign_pause office.campaign_put office.debtor_contact_act
office.debtor_credit
office.debtor_dispute_decide office.debtor_hold_release office.debtor_promise_cancel
office.decide_approval office.import_decide office.import_discard office.import_undo
office.inbox_again office.inbox_close office.inbox_known office.inbox_reopen
office.letters_posted office.letters_print office.payment_refund_undo office.payment_reverse
office.portfolio_mail_again office.portfolio_mail_arrived office.portfolio_mail_stop
office.receivable_document_remove office.receivable_document_restore office.receivable_pix_again
office.receivable_undo_do office.reconciliation_act office.reconciliation_again
office.reconciliation_back office.remark_settle office.reply_read office.reply_wrong
office.report_confirm office.report_resend office.report_schedule_pause
office.report_schedule_resume office.settings_account_act office.settings_channel_switch
office.settings_close office.settings_holiday_remove office.settings_payment_restore
office.settings_payment_withdraw office.touch_resolve office.user_activate
office.user_deactivate office.user_drop_second_factor office.workspace_reopen
portal.decide_approval
"""
"""It is so already: the second finds nothing to move, or is refused in words."""

LAST_WORD = """
auth.change_password auth.describe auth.preferences office.campaign_rename
office.legal_rates_enter office.portfolio_mail_choose office.receivable_boleto
office.settings_channels_replies office.settings_going_live office.settings_people_add
office.settings_people_remove
"""
"""One value, or one's own: the same again says the same, and the last word holds."""

NOTHING_KEPT = """
auth.ask_reset auth.give_code auth.logout auth.set_up_second_factor auth.sign_in debtor.link_anew
debtor.prove office.bulk_confirm office.inspect_given office.text_check office.text_message
office.text_test office.user_invite_again
"""
"""Only looked at, a sign-in, or a mail to oneself or whose link takes the place of the last."""

GROUPS = {
    "keyed": KEYED.split(),
    "seen": SEEN.split(),
    "one row": ONE_ROW.split(),
    "one move": ONE_MOVE.split(),
    "last word": LAST_WORD.split(),
    "nothing kept": NOTHING_KEPT.split(),
}
READ_BY = {"keyed": ('"key"', "sent("), "seen": ("seen", "forms.seen", "expected=", "base=")}


def takers(app):
    """The endpoints that take a form."""
    return {a.endpoint for a in addresses(app) if a.method not in ("GET", "HEAD", "OPTIONS")}


def test_a_form_that_comes_twice_was_thought_of(app):
    """A new one goes into one of the groups above, with what makes it true."""
    said = [endpoint for group in GROUPS.values() for endpoint in group]
    assert len(said) == len(set(said)), "each in one group"
    assert sorted(takers(app) - set(said)) == []
    assert sorted(set(said) - takers(app)) == []


@pytest.mark.parametrize("group", READ_BY)
def test_what_a_form_is_said_to_carry_is_read(app, group):
    unread = []
    for endpoint in GROUPS[group]:
        view = inspect.unwrap(app.view_functions[endpoint])
        source = inspect.getsource(sys.modules[view.__module__])
        if not any(sign in source for sign in READ_BY[group]):
            unread.append(endpoint)
    assert unread == []
